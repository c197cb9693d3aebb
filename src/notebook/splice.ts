/** One place where a text differs from another: at `at`, `removed` characters (UTF-16) went and `inserted` came. */
export type Splice = { readonly at: number; readonly removed: number; readonly inserted: string }

const isLow = (code: number): boolean => code >= 0xdc00 && code <= 0xdfff

/** So many characters are compared at once, which is many times as fast as one by one. */
const STEP = 4096

/** Never between the two halves of a character. */
const commonStart = (before: string, after: string): number => {
  const most = Math.min(before.length, after.length)
  let at = 0
  while (at + STEP <= most && before.slice(at, at + STEP) === after.slice(at, at + STEP)) at += STEP
  while (at < most && before.charCodeAt(at) === after.charCodeAt(at)) at += 1
  return at > 0 && (isLow(before.charCodeAt(at)) || isLow(after.charCodeAt(at))) ? at - 1 : at
}

const commonEnd = (before: string, after: string, start: number): number => {
  const most = Math.min(before.length, after.length) - start
  let length = 0
  const ending = (text: string) => text.slice(text.length - length - STEP, text.length - length)
  while (length + STEP <= most && ending(before) === ending(after)) length += STEP
  const same = () => before.charCodeAt(before.length - 1 - length) === after.charCodeAt(after.length - 1 - length)
  while (length < most && same()) length += 1
  return length > 0 && isLow(before.charCodeAt(before.length - length)) ? length - 1 : length
}

/** The smallest single splice that makes `after` of `before`, or undefined where they are the same. */
export const spliceOf = (before: string, after: string): Splice | undefined => {
  if (before === after) return undefined
  const at = commonStart(before, after)
  const end = commonEnd(before, after, at)
  return { at, removed: before.length - at - end, inserted: after.slice(at, after.length - end) }
}

/** Where a place in a text is after a splice: what is written at the place itself comes before it. */
export const moved = (place: number, { at, removed, inserted }: Splice): number => {
  if (place < at) return place
  if (place <= at + removed) return at + inserted.length
  return place + inserted.length - removed
}
