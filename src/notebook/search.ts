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

/** Where in a note all words were found: the title has every one of them, or only title and text together do. */
export type Place = 'title' | 'text'

/** Texts that can be asked which of them hold every word, wherever in it: a word, its beginning, or its middle. */
export type SearchIndex = {
  /** Takes in a title and what belongs to it under an id, in the place of an earlier one. */
  put(id: string, title: string, text: string): void
  remove(id: string): void
  /** What tells of an id whether and where it holds every one of the words. Good until the next change. */
  matching(words: readonly string[]): (id: string) => Place | undefined
}

/** So many rows of bits there are: each run of one, two or three letters falls in one. */
const BUCKETS = 4096
const RUN = 3

const bucketAt = (text: string, at: number, length: number): number => {
  let hash = length
  for (let place = at; place < at + length; place += 1) hash = Math.imul(hash, 31) + text.charCodeAt(place)
  return Math.imul(hash, 0x9e3779b1) >>> 20
}

/** The buckets that a text must have fallen in which holds the word. */
const bucketsOf = (word: string): ReadonlySet<number> => {
  const length = Math.min(RUN, word.length)
  return new Set(Array.from({ length: word.length - length + 1 }, (_, at) => bucketAt(word, at, length)))
}

/** Every bucket that a text falls in, as bits. */
const markBuckets = (text: string, into: Uint32Array): void => {
  into.fill(0)
  for (let at = 0; at < text.length; at += 1) {
    for (let length = 1; length <= Math.min(RUN, text.length - at); length += 1) {
      const bucket = bucketAt(text, at, length)
      into[bucket >>> 5] = (into[bucket >>> 5] ?? 0) | (1 << (bucket & 31))
    }
  }
}

type Entry = { readonly text: string; readonly titleEnd: number }

/** The first place of a word is enough to know: where that is behind the title, none is in it. */
const placeIn = ({ text, titleEnd }: Entry, words: readonly string[]): Place | undefined => {
  let place: Place = 'title'
  for (const word of words) {
    const at = text.indexOf(word)
    if (at < 0) return undefined
    if (at + word.length > titleEnd) place = 'text'
  }
  return place
}

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
  const marked = new Uint32Array(BUCKETS / 32)

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
    put(id, title, text) {
      const place = placeFor(id)
      const compared = plain(title)
      const entry = { text: `${compared}\n${plain(text)}`, titleEnd: compared.length }
      entries[place] = entry
      markBuckets(entry.text, marked)
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
    matching(words) {
      const narrow = [...new Set(words.flatMap((word) => [...bucketsOf(word)]))].map(rowOf)
      return (id) => {
        const place = places.get(id)
        if (place === undefined) return undefined
        const [at, bit] = [place >>> 5, 1 << (place & 31)]
        for (const row of narrow) if (((row[at] ?? 0) & bit) === 0) return undefined
        const entry = entries[place]
        return entry === undefined ? undefined : placeIn(entry, words)
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

/** A short text in pieces, with the words marked that were searched for. */
export const highlight = (text: string, words: readonly string[]): readonly Piece[] => {
  if (words.length === 0 || text === '') return text === '' ? [] : [{ text, found: false }]
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

const BEFORE = 40
const AFTER = 160

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
