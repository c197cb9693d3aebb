import type { RefObject } from 'preact'
import { useLayoutEffect, useState } from 'preact/hooks'

/** Which rows of a long list are in the page. */
export type Span = { readonly from: number; readonly to: number }

/** Rows beyond the edges, so that a turn of the wheel does not show a gap. */
const BEYOND = 4

/** However tall an element says it is: no more is to be seen than fits into the window. */
const seenIn = (element: HTMLElement, height: number): Span => {
  const first = Math.floor(element.scrollTop / height)
  const shown = Math.ceil(Math.max(Math.min(element.clientHeight, innerHeight), 1) / height)
  return { from: Math.max(0, first - BEYOND), to: first + shown + BEYOND }
}

/** The same for `count` rows; where they have become fewer, the last ones until the element has been scrolled to them. */
export const fitted = ({ from, to }: Span, count: number): Span => ({
  from: Math.max(0, Math.min(from, count - (to - from))),
  to: Math.min(to, count),
})

/**
 * The rows of `height` pixels that are to be seen in the scrolling element, and a few around them. Another count asks nothing
 * of the element, which would have to be laid out before it could answer.
 */
export const useSpan = (element: RefObject<HTMLElement | null>, count: number, height: number): Span => {
  const [seen, setSeen] = useState<Span>({ from: 0, to: 40 })
  useLayoutEffect(() => {
    const scroller = element.current
    if (scroller === null) return
    const look = (): void =>
      setSeen((before) => {
        const now = seenIn(scroller, height)
        return now.from === before.from && now.to === before.to ? before : now
      })
    look()
    scroller.addEventListener('scroll', look, { passive: true })
    const observer = new ResizeObserver(look)
    observer.observe(scroller)
    return () => {
      scroller.removeEventListener('scroll', look)
      observer.disconnect()
    }
  }, [element, height])
  return fitted(seen, count)
}

/** Scrolls so that a row is to be seen. */
export const bringIntoView = (scroller: HTMLElement, at: number, height: number): void => {
  const [top, bottom] = [at * height, (at + 1) * height]
  if (top < scroller.scrollTop) scroller.scrollTop = top
  else if (bottom > scroller.scrollTop + scroller.clientHeight) scroller.scrollTop = bottom - scroller.clientHeight
}
