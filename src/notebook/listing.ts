import { isLive, type Note } from './note.ts'

/** Pinned notes first, then the newest edit; notes of the same time by id, so that the order never flickers. */
const compared = (a: Note, b: Note): number =>
  Number(b.pinned) - Number(a.pinned) || b.updatedAt - a.updatedAt || (a.id < b.id ? -1 : 1)

export const inListOrder = (notes: readonly Note[]): readonly Note[] => [...notes].sort(compared)

/** Where in a list a note has its place. */
const placeIn = (list: readonly Note[], note: Note): number => {
  let [from, to] = [0, list.length]
  while (from < to) {
    const middle = (from + to) >>> 1
    const other = list[middle]
    if (other !== undefined && compared(other, note) < 0) from = middle + 1
    else to = middle
  }
  return from
}

/** A list in order without some of its notes, and with others in their places. Only what changes is looked at. */
export const withChanged = (list: readonly Note[], gone: readonly Note[], come: readonly Note[]): readonly Note[] => {
  const cuts = [
    ...gone.map((note) => ({ at: placeIn(list, note), skip: 1, put: list.slice(0, 0) })),
    ...inListOrder(come).map((note) => ({ at: placeIn(list, note), skip: 0, put: [note] })),
  ].sort((a, b) => a.at - b.at || a.skip - b.skip)
  const parts: (readonly Note[])[] = []
  let from = 0
  for (const { at, skip, put } of cuts) {
    parts.push(list.slice(from, at), put)
    from = at + skip
  }
  // Not `flat`, which goes through every note.
  return list.slice(0, 0).concat(...parts, list.slice(from))
}

/** What belongs to a note beside its text. */
export type FileKind = 'picture' | 'recording' | 'document'

/** When a note was last changed. */
export type Period = 'day' | 'week' | 'month' | 'year'

/** What of the notebook is to be shown; undefined where it does not matter. */
export type Filter = {
  readonly trash: boolean
  readonly tag: string | undefined
  readonly kind: FileKind | undefined
  readonly period: Period | undefined
}

export const noFilter: Filter = { trash: false, tag: undefined, kind: undefined, period: undefined }

const DAY = 24 * 60 * 60 * 1000
const days: Readonly<Record<Period, number>> = { day: 1, week: 7, month: 30, year: 365 }

/** Which kinds of files the notes have, by their ids. */
export type Kinds = ReadonlyMap<string, ReadonlySet<FileKind>>

/** The notes that a filter lets through, in the same order. */
export const filtered = (notes: readonly Note[], filter: Filter, kinds: Kinds, now: number): readonly Note[] => {
  const since = filter.period === undefined ? Number.NEGATIVE_INFINITY : now - days[filter.period] * DAY
  const { tag, kind, trash } = filter
  return notes.filter(
    (note) =>
      isLive(note) !== trash &&
      (tag === undefined || note.tags.includes(tag)) &&
      (kind === undefined || kinds.get(note.id)?.has(kind) === true) &&
      note.updatedAt >= since,
  )
}

/** Every tag of the live notes with the number of its notes, in the order of the alphabet. */
export const tagCounts = (notes: readonly Note[]): readonly (readonly [tag: string, count: number])[] => {
  const counts = new Map<string, number>()
  for (const note of notes) {
    if (isLive(note)) for (const tag of note.tags) counts.set(tag, (counts.get(tag) ?? 0) + 1)
  }
  return [...counts].sort(([a], [b]) => (a.toLowerCase() < b.toLowerCase() ? -1 : 1))
}
