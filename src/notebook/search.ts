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
  /** Takes in a text under an id, in the place of an earlier one. */
  put(id: string, text: string): void
  remove(id: string): void
  /** What tells of an id whether its text holds every one of the words. Good until the next change. */
  matching(words: readonly string[]): (id: string) => boolean
}

/** So many rows of bits there are: each run of three letters falls in one. */
const BUCKETS = 4096
const RUN = 3

const bucketAt = (text: string, at: number): number => {
  const hash = (text.charCodeAt(at) * 961 + text.charCodeAt(at + 1) * 31 + text.charCodeAt(at + 2)) >>> 0
  return Math.imul(hash, 0x9e3779b1) >>> 20
}

/**
 * Of each text it is known which runs of three letters it has, a bit for each: a word can only be in the texts that have all
 * runs of it, and only those are looked at. A text that changes keeps its old bits, which costs a look and nothing else.
 */
export const createSearchIndex = (): SearchIndex => {
  const places = new Map<string, number>()
  const texts: (string | undefined)[] = []
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
    const place = places.get(id) ?? free.pop() ?? texts.length
    places.set(id, place)
    while (place >= room) grow()
    return place
  }

  return {
    put(id, text) {
      const place = placeFor(id)
      const compared = plain(text)
      texts[place] = compared
      const [at, bit] = [place >>> 5, 1 << (place & 31)]
      for (let from = 0; from + RUN <= compared.length; from += 1) {
        const row = rowOf(bucketAt(compared, from))
        row[at] = (row[at] ?? 0) | bit
      }
    },
    remove(id) {
      const place = places.get(id)
      if (place === undefined) return
      places.delete(id)
      texts[place] = undefined
      free.push(place)
    },
    matching(words) {
      const wanted = new Set<Uint32Array>()
      for (const word of words) {
        for (let from = 0; from + RUN <= word.length; from += 1) wanted.add(rowOf(bucketAt(word, from)))
      }
      const narrow = [...wanted]
      return (id) => {
        const place = places.get(id)
        if (place === undefined) return false
        const [at, bit] = [place >>> 5, 1 << (place & 31)]
        if (narrow.some((row) => ((row[at] ?? 0) & bit) === 0)) return false
        const text = texts[place]
        return text !== undefined && words.every((word) => text.includes(word))
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
      const made = plain(character)
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
