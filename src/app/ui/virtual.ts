import type { RefObject } from 'preact'
import { useLayoutEffect, useState } from 'preact/hooks'

/** Which rows of a long list are in the page. */
export type Span = { readonly from: number; readonly to: number }

/** Rows beyond the edges, so that a turn of the wheel does not show a gap. */
const BEYOND = 8

const spanOf = (element: HTMLElement, count: number, height: number): Span => {
  const first = Math.floor(element.scrollTop / height)
  const shown = Math.ceil(Math.max(element.clientHeight, 1) / height)
  return { from: Math.max(0, first - BEYOND), to: Math.min(count, first + shown + BEYOND) }
}

/** The rows of `height` pixels that are to be seen in the scrolling element, and a few around them. */
export const useSpan = (element: RefObject<HTMLElement | null>, count: number, height: number): Span => {
  const [span, setSpan] = useState<Span>({ from: 0, to: Math.min(count, 40) })
  useLayoutEffect(() => {
    const scroller = element.current
    if (scroller === null) return
    const look = (): void =>
      setSpan((before) => {
        const now = spanOf(scroller, count, height)
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
  }, [element, count, height])
  return span
}

/** Scrolls so that a row is to be seen. */
export const bringIntoView = (scroller: HTMLElement, at: number, height: number): void => {
  const [top, bottom] = [at * height, (at + 1) * height]
  if (top < scroller.scrollTop) scroller.scrollTop = top
  else if (bottom > scroller.scrollTop + scroller.clientHeight) scroller.scrollTop = bottom - scroller.clientHeight
}
