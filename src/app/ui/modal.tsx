import type { ComponentChildren } from 'preact'
import { useEffect, useRef } from 'preact/hooks'

type Props = {
  readonly titleId: string
  readonly title: string
  onClose(): void
  /** With room for a text. */
  readonly wide?: boolean
  readonly children: ComponentChildren
}

/** A native modal dialog, named by its heading. It is in the page only while it is open. */
export const Modal = ({ titleId, title, onClose, wide = false, children }: Props) => {
  const dialog = useRef<HTMLDialogElement>(null)
  useEffect(() => {
    const element = dialog.current
    element?.showModal()
    // The browser gives the focus back to where it was.
    return () => element?.close()
  }, [])
  return (
    <dialog ref={dialog} class={wide ? 'card modal wide' : 'card modal'} aria-labelledby={titleId} onClose={onClose}>
      <h2 id={titleId}>{title}</h2>
      {children}
    </dialog>
  )
}
