import { type Splice, spliced } from '../../ai/accept.ts'
import { places } from './focus.ts'

/** A longer text would keep the browser busy for too long on its way through the field, in characters. */
const longest = 20_000

const fields = { title: places.title, body: places.body } as const

/**
 * Makes one edit in a field of the open note as if it had been typed, so that the browser's own undo takes it back. False
 * where the field is not to be seen, or the browser does not do it: then nothing has changed.
 */
export const editField = (name: keyof typeof fields, { at, remove, insert }: Splice): boolean => {
  const field = document.getElementById(fields[name])
  if (!(field instanceof HTMLTextAreaElement || field instanceof HTMLInputElement)) return false
  if (field.readOnly || !field.checkVisibility() || insert.length > longest) return false
  const wanted = spliced(field.value, { at, remove, insert })
  field.focus()
  field.setSelectionRange(at, at + remove)
  // The one way into the undo history of a field; browsers keep it for that (HTML Editing APIs, insertText).
  document.execCommand('insertText', false, insert)
  return field.value === wanted
}
