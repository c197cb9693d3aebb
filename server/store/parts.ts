/** Databases take so many parameters of a statement, and no more. */
const most = 500

/** Lists that are short enough for one statement each. */
export const partsOf = <T>(all: readonly T[], size = most): readonly (readonly T[])[] =>
  Array.from({ length: Math.ceil(all.length / size) }, (_, part) => all.slice(part * size, (part + 1) * size))
