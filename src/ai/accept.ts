/** What a suggestion was made from: a place in the text of a note, and what stood there. */
export type Origin = { readonly from: number; readonly text: string }

/** How a suggestion can go into a note. */
export type Way = 'title' | 'replace' | 'insert'

/** Where what a suggestion was made from stands now; undefined where it is gone, or there more than once. */
const placeOf = (body: string, { from, text }: Origin): number | undefined => {
  if (text === '') return undefined
  if (body.startsWith(text, from)) return from
  const first = body.indexOf(text)
  return first >= 0 && body.indexOf(text, first + 1) < 0 ? first : undefined
}

/** Whether what was to be rewritten is still there: nothing that was written meanwhile may be lost. */
export const canReplace = (body: string, origin: Origin): boolean => placeOf(body, origin) !== undefined

/** A place in a text, the stretch after it that goes, and what comes there. */
export type Splice = { readonly at: number; readonly remove: number; readonly insert: string }

/** The suggestion in place of what it was made from, with the empty lines at its ends kept. */
export const replacement = (body: string, origin: Origin, text: string): Splice | undefined => {
  const at = placeOf(body, origin)
  if (at === undefined) return undefined
  const before = /^\s*/u.exec(origin.text)?.[0] ?? ''
  const after = /\s*$/u.exec(origin.text.slice(before.length))?.[0] ?? ''
  return { at, remove: origin.text.length, insert: `${before}${text.trim()}${after}` }
}

/** The suggestion as a paragraph of its own at a place. */
export const insertion = (body: string, place: number, text: string): Splice => {
  const at = Math.max(0, Math.min(place, body.length))
  const [before, after] = [body.slice(0, at), body.slice(at)]
  const above = before === '' || before.endsWith('\n\n') ? '' : before.endsWith('\n') ? '\n' : '\n\n'
  const below = after === '' ? '\n' : after.startsWith('\n\n') ? '' : after.startsWith('\n') ? '\n' : '\n\n'
  return { at, remove: 0, insert: `${above}${text.trim()}${below}` }
}

/** The place after the line in which a text names a file; the end of the text where it does not. */
export const afterLineWith = (body: string, needle: string): number => {
  const at = body.indexOf(needle)
  if (at < 0) return body.length
  const end = body.indexOf('\n', at)
  return end < 0 ? body.length : end
}

export const spliced = (body: string, { at, remove, insert }: Splice): string =>
  body.slice(0, at) + insert + body.slice(at + remove)
