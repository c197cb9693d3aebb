import type { RefObject } from 'preact'
import { useLayoutEffect } from 'preact/hooks'
import { moved, spliceOf } from '../../notebook/splice.ts'

type Field = HTMLInputElement | HTMLTextAreaElement

/** Where caret and selection belong once the field holds `text`, or undefined where they stay. Asked before it does. */
const placeIn = (field: Field | null, text: string): readonly [number, number] | undefined => {
  if (field === null || field.selectionStart === null || field.selectionEnd === null) return undefined
  const splice = spliceOf(field.value, text)
  return splice === undefined ? undefined : [moved(field.selectionStart, splice), moved(field.selectionEnd, splice)]
}

/** Keeps the caret where it was in the text when another tab changes the text around it. */
export const useCaret = (field: RefObject<Field | null>, text: string): void => {
  const place = placeIn(field.current, text)
  useLayoutEffect(() => {
    if (place !== undefined) field.current?.setSelectionRange(...place)
  })
}
