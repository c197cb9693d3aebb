import { computed, effect, type ReadonlySignal, signal, untracked } from '@preact/signals'
import { type FileFacts, noFiles } from '../../notebook/attachment.ts'
import { differenceOf } from '../../notebook/difference.ts'
import { type Filter, filtered, noFilter, tagCounts } from '../../notebook/listing.ts'
import type { Note } from '../../notebook/note.ts'
import { createSearchIndex, wordsOf } from '../../notebook/search.ts'

/** What is looked for, and what is found. */
export type Search = {
  readonly query: ReadonlySignal<string>
  readonly filter: ReadonlySignal<Filter>
  /** The words of the query, as search compares them. */
  readonly words: ReadonlySignal<readonly string[]>
  readonly found: ReadonlySignal<readonly Note[]>
  /** False while notes that were just read are still being looked through. */
  readonly isReady: ReadonlySignal<boolean>
  /** Every tag with the number of its notes. */
  readonly tags: ReadonlySignal<readonly (readonly [tag: string, count: number])[]>
  look(query: string): void
  narrow(change: Partial<Filter>): void
  /** Shows all live notes again. */
  clear(): void
}

/** How long the page may be kept busy in one go, in milliseconds. */
const BUDGET = 8

/** How often what is found changes while notes are still being taken in or looked through, in milliseconds. */
const TOLD_EVERY = 200

const textOf = ({ body, tags }: Note, more: string): string =>
  [body, tags.map((tag) => `#${tag}`).join(' '), more].join('\n')

/** What was found for some words, so that with further letters only that is looked through. */
type Looked = {
  readonly words: readonly string[]
  readonly among: readonly Note[]
  readonly round: number
  /** Where the index has each of them. */
  readonly places: readonly number[]
}

/** Whether what holds the one words holds the others, too. */
const refines = (words: readonly string[], before: readonly string[]): boolean =>
  before.every((one) => words.some((word) => word.includes(one)))

/** How long notes are looked through in one go, in milliseconds: what is found is to be on screen with the next frame. */
const LOOK = 1
/** The same while nothing was found yet: an empty list that fills a moment later would flicker. */
const MOST_LOOK = 5
/** So many notes are looked through before the time is looked at. */
const STRIDE = 50

/** `soon`: runs what is left to do a little later. */
export const createSearch = (
  notes: ReadonlySignal<readonly Note[] | undefined>,
  files: ReadonlySignal<FileFacts> = signal(noFiles),
  soon: (work: () => void) => void = (work) => void setTimeout(work, 0),
): Search => {
  const query = signal('')
  const filter = signal(noFilter)
  const index = createSearchIndex()
  const isTaken = signal(true)
  /** Moves on with the texts that the index takes in. */
  const round = signal(0)

  /** The text of its files that the index has of a note. */
  const known = new Map<string, string>()
  /** Notes that the index has still to take in, by id, the first to be asked for first. */
  const waiting = new Map<string, Note>()
  let told = 0

  /** The note that is being taken in. */
  let taking: { readonly id: string; readonly more: string; readonly steps: Iterator<void> } | undefined
  const isWorking = (): boolean => waiting.size > 0 || taking !== undefined

  /** One walk for all of them: each new one would go over everything that has been taken out before. */
  let walk = waiting.entries()
  const takeNext = (): void => {
    let next = walk.next()
    if (next.done === true) {
      walk = waiting.entries()
      next = walk.next()
    }
    if (next.done === true) return
    const [id, note] = next.value
    waiting.delete(id)
    const more = files.peek().texts.get(id) ?? ''
    taking = { id, more, steps: index.put(id, note.title, textOf(note, more)) }
  }
  /** Takes in a note, or a piece of a long one. */
  const step = (): void => {
    if (taking === undefined) takeNext()
    if (taking?.steps.next().done !== true) return
    known.set(taking.id, taking.more)
    taking = undefined
  }
  const work = (): void => {
    const until = performance.now() + BUDGET
    do step()
    while (isWorking() && performance.now() < until)
    isTaken.value = !isWorking()
    if (!isWorking() || until - told > TOLD_EVERY) {
      told = until
      round.value += 1
    }
    if (isWorking()) soon(work)
  }
  const forget = (id: string): void => {
    if (taking?.id === id) taking = undefined
    waiting.delete(id)
    known.delete(id)
    index.remove(id)
  }
  let list: readonly Note[] = []
  let facts = files.peek()
  effect(() => {
    const wasWorking = isWorking()
    const { gone, come } = differenceOf(list, notes.value ?? [])
    const before = new Map(gone.map((note) => [note.id, note]))
    for (const note of come) {
      if (before.get(note.id) !== note) waiting.set(note.id, note)
      before.delete(note.id)
    }
    for (const id of before.keys()) forget(id)
    list = notes.value ?? []
    if (facts !== files.value) {
      const { texts } = files.value
      for (const note of list) if ((texts.get(note.id) ?? '') !== known.get(note.id)) waiting.set(note.id, note)
    }
    facts = files.value
    if (isWorking() && !wasWorking) work()
  })

  const words = computed(() => wordsOf(query.value))
  const shown = computed(() => filtered(notes.value ?? [], filter.value, files.value.kinds, Date.now()))
  const found = signal<readonly Note[]>([])
  /** False while some notes have not been looked through for the last words. */
  const isThrough = signal(true)
  /** What was looked through last, and which of `among` have the words. */
  let last: (Looked & { readonly hits: readonly number[] }) | undefined
  let looks = 0
  const isSame = (asked: Omit<Looked, 'places'>): boolean => last?.among === asked.among && last.round === asked.round
  /** The same for further words, of which each key has some: where the notes are need not be looked up again. */
  const placed = (asked: Omit<Looked, 'places'>): Looked => {
    const places = isSame(asked) ? last?.places : undefined
    return { ...asked, places: places ?? index.placesOf(asked.among.map(({ id }) => id)) }
  }

  /** Notes with the words in their title come first; what is found of the others comes behind, a little at a time. */
  const look = (asked: Looked): void => {
    const own = looks
    const { among, places } = asked
    const fewer = isSame(asked) && last !== undefined && refines(asked.words, last.words) ? last.hits : undefined
    const count = fewer?.length ?? among.length
    const matches = index.matching(asked.words)
    const titled = new Set<number>()
    const [others, hits]: [number[], number[]] = [[], []]
    const lookAt = (at: number, isSecond: boolean): void => {
      const place = places[at] ?? -1
      if (!isSecond) {
        if (matches.title(place)) titled.add(at)
        return
      }
      const isTitled = titled.has(at)
      if (!isTitled && !matches.all(place)) return
      hits.push(at)
      if (!isTitled) others.push(at)
    }
    const notesAt = (...parts: readonly Iterable<number>[]): readonly Note[] => {
      const notes: Note[] = []
      for (const part of parts) {
        for (const at of part) {
          const note = among[at]
          if (note !== undefined) notes.push(note)
        }
      }
      return notes
    }
    // Twice through all of them: for the titles, and for the texts.
    let step = 0
    /** The first ones are shown at once. */
    let shownAt = Number.NEGATIVE_INFINITY
    const isOver = (): boolean => step >= 2 * count
    const go = (): void => {
      if (own !== looks) return
      const start = performance.now()
      const isTime = () => performance.now() - start < (titled.size + others.length > 0 ? LOOK : MOST_LOOK)
      do {
        const end = Math.min(2 * count, step + STRIDE)
        for (; step < end; step += 1) lookAt(fewer?.[step % count] ?? step % count, step >= count)
      } while (!isOver() && isTime())
      isThrough.value = isOver()
      if (isOver() || start - shownAt > TOLD_EVERY) {
        shownAt = start
        found.value = notesAt(titled, others)
      }
      if (isOver()) last = { ...asked, hits }
      else soon(go)
    }
    go()
  }
  effect(() => {
    looks += 1
    const asked = { words: words.value, among: shown.value, round: round.value }
    untracked(() => {
      if (asked.words.length > 0) return look(placed(asked))
      isThrough.value = true
      found.value = asked.among
    })
  })
  return {
    query,
    filter,
    words,
    isReady: computed(() => isTaken.value && isThrough.value),
    found,
    tags: computed(() => tagCounts(notes.value ?? [])),
    look(text) {
      query.value = text
    },
    narrow(change) {
      filter.value = { ...filter.peek(), ...change }
    },
    clear() {
      query.value = ''
      filter.value = noFilter
    },
  }
}
