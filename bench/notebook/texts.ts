/** A note as an export has it. */
export type WrittenNote = {
  readonly id: string
  readonly title: string
  readonly body: string
  readonly pinned: boolean
  readonly tags: readonly string[]
  readonly trashedAt: null
  readonly createdAt: number
  readonly updatedAt: number
}

export type Texts = {
  readonly notes: readonly WrittenNote[]
  /** Words that stand in the notes, common and rare ones, of every language. */
  readonly words: readonly string[]
}

type Random = () => number

/** The same numbers from 0 to 1 for the same seed (mulberry32). */
const seeded = (seed: number): Random => {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296
  }
}

/** What words of a language are made of, what stands between them, and how often a note is written in it. */
const languages = [
  {
    share: 50,
    between: ' ',
    parts:
      'a the ing tion er wa ter ti de shore win ter sea con per ment ly un der stand re mem ber lis ten for ward har bour light ou ght ver y kelp',
  },
  {
    share: 20,
    between: ' ',
    parts:
      'ge ver ung lich keit schaft über für grö ße wel le küs te mor gen a bend strö mung was ser zwi schen häu fig mü de stra ße un ter be ob acht',
  },
  {
    share: 8,
    between: ' ',
    parts:
      'é tait à ça le mer tion ment pou voir mè re où cô te ma rée fo rêt pê cheur â me ré cit sou ve nir lé ger na ture œu vre',
  },
  {
    share: 8,
    between: ' ',
    parts: 'ción ma ña na el agua cor rien te ni ño co ra zón mar dad pe que ño pla ya ár bol des pués si lla pá gi na',
  },
  {
    share: 6,
    between: ' ',
    parts: 'мо ре во да при лив по бе реж ье ко раб ль ве тер сол нце за пись на блю де ни е ость ёл ка й дё',
  },
  {
    share: 4,
    between: ' ',
    parts: 'θά λασ σα κύ μα νε ρό πα ρά λί α φως η μέ ρα γρά φω σημεί ω ση ά νε μος ή λιος',
  },
  {
    share: 4,
    between: '',
    parts: '海 藻 潮 波 の は を に と 日 記 浜 辺 観 察 朝 夕 風 しお かい なみ うみ です ます して いる 水',
  },
] as const

const pick = <T>(random: Random, from: readonly T[]): T => from[Math.floor(random() * from.length)] as T

/** A few words are written often, and most of them rarely, as in any language. */
const pickWord = (random: Random, vocabulary: readonly string[]): string =>
  vocabulary[Math.floor(vocabulary.length ** random()) - 1] ?? ''

const vocabularyOf = (random: Random, parts: readonly string[]): readonly string[] => {
  const words = new Set<string>()
  while (words.size < 4000) {
    const length = 1 + Math.floor(random() * (words.size < 60 ? 2 : 4))
    words.add(Array.from({ length }, () => pick(random, parts)).join(''))
  }
  return [...words]
}

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1)

const sentence = (random: Random, vocabulary: readonly string[], between: string): string => {
  const words = Array.from({ length: 5 + Math.floor(random() * 12) }, () => pickWord(random, vocabulary))
  return `${capital(words.join(between))}${pick(random, ['.', '.', '.', '?', '!', ':'])}`
}

const paragraph = (random: Random, vocabulary: readonly string[], between: string): string => {
  const kind = random()
  const lines = Array.from({ length: 2 + Math.floor(random() * 4) }, () => sentence(random, vocabulary, between))
  if (kind < 0.12) return lines.map((line) => `- ${line}`).join('\n')
  if (kind < 0.2) return `## ${lines[0]}\n\n${lines.slice(1).join(' ')}`
  return lines.join(' ')
}

const bytesIn = (text: string): number => Buffer.byteLength(text)

/** Paragraphs until there are so many bytes of UTF-8. */
const bodyOf = (random: Random, vocabulary: readonly string[], between: string, size: number): string => {
  const parts: string[] = []
  for (let length = 0; length < size; ) {
    const part = paragraph(random, vocabulary, between)
    parts.push(part)
    length += bytesIn(part) + 2
  }
  return parts.join('\n\n').slice(0, size)
}

const idOf = (random: Random): string => {
  const hex = Array.from({ length: 32 }, () => Math.floor(random() * 16).toString(16)).join('')
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20)}`
}

const DAY = 24 * 60 * 60 * 1000

/** Notes of about `size` bytes, the same at every call: several languages, tags, and dates of three years. */
export const writeTexts = (count: number, size: number): Texts => {
  const random = seeded(20_000)
  const tongues = languages.flatMap(({ share, between, parts }) => {
    const tongue = { between, vocabulary: vocabularyOf(random, parts.split(' ')) }
    return Array.from({ length: share }, () => tongue)
  })
  const tags = Array.from({ length: 60 }, () => pickWord(random, pick(random, tongues).vocabulary))
  const notes = Array.from({ length: count }, (): WrittenNote => {
    const { between, vocabulary } = pick(random, tongues)
    const createdAt = Math.floor(Date.UTC(2023, 6, 1) + random() * 1000 * DAY)
    return {
      id: idOf(random),
      title: sentence(random, vocabulary, between).slice(0, 60).trim(),
      body: bodyOf(random, vocabulary, between, size),
      pinned: random() < 0.001,
      tags: [...new Set(Array.from({ length: Math.floor(random() * 4) }, () => pick(random, tags)))].sort(),
      trashedAt: null,
      createdAt,
      updatedAt: Math.floor(createdAt + random() * 30 * DAY),
    }
  })
  const places = [3, 40, 400, 2000]
  const words = [...new Set(tongues)].flatMap(({ vocabulary }) => places.map((place) => vocabulary[place] ?? ''))
  return { notes, words: words.map((word) => word.toLowerCase()) }
}

/** The notes as the file that an export in JSON makes. */
export const exportOf = (notes: readonly WrittenNote[]): string =>
  `{"format":"holdfast","version":1,"notes":[\n${notes.map((note) => JSON.stringify(note)).join(',\n')}\n],"attachments":[\n\n]}\n`
