/** What of a list went, and what came in its place: all that is the same at its beginning and its end is left out. */
export type Difference<T> = { readonly gone: readonly T[]; readonly come: readonly T[] }

/** Compares by identity: of two long lists that are nearly the same, only the middle has to be looked at. */
export const differenceOf = <T>(before: readonly T[], after: readonly T[]): Difference<T> => {
  const most = Math.min(before.length, after.length)
  let start = 0
  while (start < most && before[start] === after[start]) start += 1
  let end = 0
  while (end < most - start && before[before.length - 1 - end] === after[after.length - 1 - end]) end += 1
  return { gone: before.slice(start, before.length - end), come: after.slice(start, after.length - end) }
}
