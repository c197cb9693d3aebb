import { computed, effect, type ReadonlySignal, signal } from '@preact/signals'
import { type FileFacts, noFiles } from '../../notebook/attachment.ts'
import { type Filter, filtered, noFilter, tagCounts } from '../../notebook/listing.ts'
import type { Note } from '../../notebook/note.ts'
import { createSearchIndex, plain, wordsOf } from '../../notebook/search.ts'

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

const textOf = ({ title, body, tags }: Note, more: string): string =>
  [title, body, tags.map((tag) => `#${tag}`).join(' '), more].join('\n')

/** Notes with the words in their title come first; the order stays as it is else. */
const titlesFirst = (notes: readonly Note[], words: readonly string[]): readonly Note[] => {
  const titled = new Set(
    notes.filter(({ title }) => {
      const compared = plain(title)
      return words.every((word) => compared.includes(word))
    }),
  )
  return [...titled, ...notes.filter((note) => !titled.has(note))]
}

/** `soon`: runs what is left to do a little later. */
export const createSearch = (
  notes: ReadonlySignal<readonly Note[] | undefined>,
  files: ReadonlySignal<FileFacts> = signal(noFiles),
  soon: (work: () => void) => void = (work) => void setTimeout(work, 0),
): Search => {
  const query = signal('')
  const filter = signal(noFilter)
  const index = createSearchIndex()
  const isReady = signal(true)
  /** Moves on with every text that the index takes in. */
  const round = signal(0)

  /** What the index has: the note, and the text of its files. */
  const known = new Map<string, readonly [note: Note, more: string]>()
  let queue: Note[] = []

  const work = (): void => {
    const until = performance.now() + BUDGET
    const { texts } = files.peek()
    do {
      const note = queue.pop()
      if (note === undefined) break
      const more = texts.get(note.id) ?? ''
      known.set(note.id, [note, more])
      index.put(note.id, textOf(note, more))
    } while (performance.now() < until)
    isReady.value = queue.length === 0
    round.value += 1
    if (queue.length > 0) soon(work)
  }
  effect(() => {
    const list = notes.value ?? []
    const { texts } = files.value
    const waits = queue.length > 0
    queue = list.filter((note) => {
      const [before, more] = known.get(note.id) ?? []
      return before !== note || more !== (texts.get(note.id) ?? '')
    })
    // What is asked for first is what stands first.
    queue.reverse()
    if (known.size + queue.length > list.length) {
      const ids = new Set(list.map(({ id }) => id))
      for (const id of known.keys()) {
        if (ids.has(id)) continue
        known.delete(id)
        index.remove(id)
      }
    }
    if (queue.length > 0 && !waits) work()
  })

  const words = computed(() => wordsOf(query.value))
  const shown = computed(() => filtered(notes.value ?? [], filter.value, files.value.kinds, Date.now()))
  return {
    query,
    filter,
    words,
    isReady,
    found: computed(() => {
      if (words.value.length === 0) return shown.value
      void round.value
      const matches = index.matching(words.value)
      return titlesFirst(
        shown.value.filter(({ id }) => matches(id)),
        words.value,
      )
    }),
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
