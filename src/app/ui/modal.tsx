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

/** Where what had the focus is gone with the last step of a dialog, the focus stays in it: in its field, if it has one. */
export const useFocusInside = (step: string): void => {
  useEffect(() => {
    const dialog = document.querySelector<HTMLElement>('dialog:modal')
    if (dialog?.contains(document.activeElement) === false) (dialog.querySelector('textarea') ?? dialog).focus()
  }, [step])
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
    <dialog
      ref={dialog}
      tabIndex={-1}
      class={wide ? 'card modal wide' : 'card modal'}
      aria-labelledby={titleId}
      onClose={onClose}
    >
      <h2 id={titleId}>{title}</h2>
      {children}
    </dialog>
  )
}
