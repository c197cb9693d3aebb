/** Text as search compares it: without case, and without accents, so that `uber` finds `Über`. */
export const plain = (text: string): string => text.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase()

/** The words of a query, as search compares them, each once. */
export const wordsOf = (query: string): readonly string[] => [
  ...new Set(
    plain(query)
      .split(/\s+/u)
      .filter((word) => word !== ''),
  ),
]

/** Texts that can be asked which of them hold every word, wherever in it: a word, its beginning, or its middle. */
export type SearchIndex = {
  /** Takes in a title and what belongs to it under an id, in the place of an earlier one. A long text takes several steps. */
  put(id: string, title: string, text: string): Iterator<void>
  remove(id: string): void
  /** Where each of these is in the index, a number below 0 where it is not. Good until the next change, as what follows. */
  placesOf(ids: Iterable<string>): readonly number[]
  /** What tells of a place whether the title there, or title and text together, hold every one of the words. */
  matching(words: readonly string[]): Matches
}

export type Matches = { title(place: number): boolean; all(place: number): boolean }

/** So many rows of bits there are: each run of one, two or three letters falls in one. */
const BUCKETS = 4096
const RUN = 3

/** In which bucket a run falls; what a shorter one lacks is 0. */
const bucketOf = (first: number, second: number, third: number): number =>
  Math.imul(Math.imul(first, 961) + Math.imul(second, 31) + third, 0x9e3779b1) >>> 20

/** The buckets that a text must have fallen in which holds the word. */
const bucketsOf = (word: string): ReadonlySet<number> => {
  const at = (place: number): number => (place < word.length ? word.charCodeAt(place) : 0)
  const count = Math.max(1, word.length - RUN + 1)
  return new Set(Array.from({ length: count }, (_, place) => bucketOf(at(place), at(place + 1), at(place + 2))))
}

const mark = (bucket: number, into: Uint32Array): void => {
  into[bucket >>> 5] = (into[bucket >>> 5] ?? 0) | (1 << (bucket & 31))
}

/** Every bucket that a text falls in, as bits, besides those that are there. */
const markBuckets = (text: string, into: Uint32Array): void => {
  let [first, second] = [0, 0]
  for (let at = text.length - 1; at >= 0; at -= 1) {
    const code = text.charCodeAt(at)
    mark(bucketOf(code, 0, 0), into)
    mark(bucketOf(code, first, 0), into)
    mark(bucketOf(code, first, second), into)
    ;[first, second] = [code, first]
  }
}

/** So many characters are taken in in one step. */
const PIECE = 32_768

/** A long text in pieces, never between the two halves of a character. */
const piecesOf = (text: string): readonly string[] => {
  const pieces: string[] = []
  for (let at = 0; at < text.length; ) {
    const isCut = /[\ud800-\udbff]/.test(text.charAt(at + PIECE - 1))
    const end = at + PIECE + (isCut ? 1 : 0)
    pieces.push(text.slice(at, end))
    at = end
  }
  return pieces
}

type Entry = { readonly title: string; readonly text: string }

/**
 * Of each text it is known which runs of letters it has, a bit for each: a word can only be in the texts that have all
 * runs of it, and only those are looked at. A text that changes keeps its old bits, which costs a look and nothing else.
 */
export const createSearchIndex = (): SearchIndex => {
  const places = new Map<string, number>()
  const entries: (Entry | undefined)[] = []
  const free: number[] = []
  let room = 1024
  const rows: (Uint32Array | undefined)[] = new Array(BUCKETS)

  const grow = (): void => {
    room *= 2
    rows.forEach((row, bucket) => {
      if (row === undefined) return
      const larger = new Uint32Array(room / 32)
      larger.set(row)
      rows[bucket] = larger
    })
  }
  const rowOf = (bucket: number): Uint32Array => {
    rows[bucket] ??= new Uint32Array(room / 32)
    return rows[bucket]
  }
  const placeFor = (id: string): number => {
    const place = places.get(id) ?? free.pop() ?? entries.length
    places.set(id, place)
    while (place >= room) grow()
    return place
  }

  return {
    *put(id, title, text) {
      const compared = plain(title)
      const marked = new Uint32Array(BUCKETS / 32)
      markBuckets(compared, marked)
      const made: string[] = []
      let edge = ''
      for (const piece of piecesOf(text)) {
        // With the end of the last one: runs go over the edge.
        const part = plain(piece)
        markBuckets(edge + part, marked)
        made.push(part)
        edge = (edge + part).slice(1 - RUN)
        if (piece.length >= PIECE) yield
      }
      const place = placeFor(id)
      entries[place] = { title: compared, text: made.join('') }
      const [at, bit] = [place >>> 5, 1 << (place & 31)]
      marked.forEach((bits, group) => {
        for (let rest = bits; rest !== 0; rest &= rest - 1) {
          const row = rowOf(group * 32 + 31 - Math.clz32(rest & -rest))
          row[at] = (row[at] ?? 0) | bit
        }
      })
    },
    remove(id) {
      const place = places.get(id)
      if (place === undefined) return
      places.delete(id)
      entries[place] = undefined
      free.push(place)
    },
    placesOf: (ids) => Array.from(ids, (id) => places.get(id) ?? -1),
    matching(words) {
      const [first, ...others] = [...new Set(words.flatMap((word) => [...bucketsOf(word)]))].map(rowOf)
      // All places at once: which of them have every run of every word.
      const may = first?.map((bits, group) => others.reduce((all, row) => all & (row[group] ?? 0), bits))
      const entryAt = (place: number): Entry | undefined =>
        may === undefined || ((may[place >>> 5] ?? 0) & (1 << (place & 31))) !== 0 ? entries[place] : undefined
      const holds = (place: number, hold: (entry: Entry, word: string) => boolean): boolean => {
        const entry = entryAt(place)
        return entry !== undefined && words.every((word) => hold(entry, word))
      }
      return {
        title: (place) => holds(place, ({ title }, word) => title.includes(word)),
        all: (place) => holds(place, ({ title, text }, word) => title.includes(word) || text.includes(word)),
      }
    },
  }
}

/** A part of a text, and whether it is what was searched for. */
export type Piece = { readonly text: string; readonly found: boolean }

/** Which of the characters of a short text are hits of the words. */
const hitsIn = (characters: readonly string[], words: readonly string[]): readonly boolean[] => {
  const owners: number[] = []
  const compared = characters
    .map((character, at) => {
      const made = character <= '~' ? character.toLowerCase() : plain(character)
      for (let unit = 0; unit < made.length; unit += 1) owners.push(at)
      return made
    })
    .join('')
  const hits = new Array<boolean>(characters.length).fill(false)
  for (const word of words) {
    for (let at = compared.indexOf(word); at >= 0; at = compared.indexOf(word, at + word.length)) {
      for (let unit = at; unit < at + word.length; unit += 1) hits[owners[unit] ?? 0] = true
    }
  }
  return hits
}

/** Where hits of the words begin and end in a text whose characters all are one unit, compared and not. */
const spansIn = (text: string, words: readonly string[]): readonly (readonly [from: number, to: number])[] => {
  const compared = text.toLowerCase()
  const spans: [from: number, to: number][] = []
  for (const word of words) {
    for (let at = compared.indexOf(word); at >= 0; at = compared.indexOf(word, at + word.length))
      spans.push([at, at + word.length])
  }
  return spans.sort(([a], [b]) => a - b)
}

const piecesOfPlain = (text: string, words: readonly string[]): readonly Piece[] => {
  const pieces: Piece[] = []
  let at = 0
  const push = (to: number, found: boolean): void => {
    if (to > at) pieces.push({ text: text.slice(at, to), found })
    at = Math.max(at, to)
  }
  for (const [from, to] of spansIn(text, words)) {
    push(from, false)
    push(to, true)
  }
  push(text.length, false)
  return pieces
}

const piecesOfAny = (text: string, words: readonly string[]): readonly Piece[] => {
  const characters = [...text]
  const hits = hitsIn(characters, words)
  const pieces: { text: string; found: boolean }[] = []
  characters.forEach((character, at) => {
    const found = hits[at] === true
    const last = pieces.at(-1)
    if (last?.found === found) last.text += character
    else pieces.push({ text: character, found })
  })
  return pieces
}

/** A short text in pieces, with the words marked that were searched for. */
export const highlight = (text: string, words: readonly string[]): readonly Piece[] => {
  if (text === '') return []
  if (words.length === 0) return [{ text, found: false }]
  return /^[ -~]*$/.test(text) ? piecesOfPlain(text, words) : piecesOfAny(text, words)
}

const BEFORE = 30
const AFTER = 90

/** What stands around the first of the words in a text; undefined where none is in it. */
export const around = (text: string, words: readonly string[]): string | undefined => {
  const compared = text.toLowerCase()
  const places = words.map((word) => compared.indexOf(word)).filter((place) => place >= 0)
  if (places.length === 0) return undefined
  const place = Math.min(...places)
  if (place < BEFORE) return undefined
  const cut = text
    .slice(place - BEFORE, place + AFTER)
    .toWellFormed()
    .replace(/\s+/gu, ' ')
  return `…${cut.slice(cut.indexOf(' ') + 1)}`
}
