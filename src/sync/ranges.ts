import type { Range } from './wire/content.ts'

// Sets of numbers as ranges that are in order and do not touch.

/** The numbers of both. */
export const union = (one: readonly Range[], other: readonly Range[]): readonly Range[] => {
  const joined: [number, number][] = []
  for (const [first, last] of [...one, ...other].sort(([a], [b]) => a - b)) {
    const before = joined.at(-1)
    if (before !== undefined && first <= before[1] + 1) before[1] = Math.max(before[1], last)
    else joined.push([first, last])
  }
  return joined
}

/** The numbers of the first that the second has not. */
export const without = (one: readonly Range[], other: readonly Range[]): readonly Range[] => {
  let left = [...one]
  for (const [first, last] of other) {
    left = left.flatMap(([a, b]): Range[] => {
      if (last < a || first > b) return [[a, b]]
      const parts: Range[] = [
        [a, first - 1],
        [last + 1, b],
      ]
      return parts.filter(([from, to]) => from <= to)
    })
  }
  return left
}

export const contains = (ranges: readonly Range[], number: number): boolean =>
  ranges.some(([first, last]) => first <= number && number <= last)

/** The numbers from 1 to `last` that are not among these. */
export const gapsOf = (numbers: readonly number[], last: number): readonly Range[] =>
  without(
    last < 1 ? [] : [[1, last]],
    numbers.map((number): Range => [number, number]),
  )
