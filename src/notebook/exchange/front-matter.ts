import { cleanTags, type Note, newNote } from '../note.ts'

const FENCE = '---'

/** The furthest time that a date can tell (ECMA-262, 21.4.1.1). */
const FURTHEST = 8.64e15
const iso = (time: number): string => new Date(Math.min(Math.max(time, -FURTHEST), FURTHEST)).toISOString()

/** A front matter that is longer than this is none, in characters: someone has written a text between two lines. */
const LONGEST = 4_000_000

/** A note as a Markdown file: what it is beside its text stands in front as YAML, whose strings are those of JSON. */
export const toMarkdown = (note: Note, body: string = note.body): string => {
  const lines = [
    `id: ${JSON.stringify(note.id)}`,
    `title: ${JSON.stringify(note.title)}`,
    `created: ${iso(note.createdAt)}`,
    `updated: ${iso(note.updatedAt)}`,
    ...(note.tags.length > 0 ? [`tags: ${JSON.stringify(note.tags)}`] : []),
    ...(note.pinned ? ['pinned: true'] : []),
    ...(note.trashedAt === null ? [] : [`trashed: ${iso(note.trashedAt)}`]),
  ]
  return [FENCE, ...lines, FENCE, body].join('\n')
}

type Fields = ReadonlyMap<string, unknown>

const plainList = (text: string): readonly string[] =>
  text
    .slice(1, -1)
    .split(',')
    .map((part) => part.trim().replace(/^(["'])(.*)\1$/u, '$2'))
    .filter((part) => part !== '')

const unquoted = (text: string): string =>
  text.startsWith("'")
    ? text.replace(/^'(.*)'$/u, (_, inner: string) => inner.replaceAll("''", "'"))
    : text.replace(/^"(.*)"$/u, '$1')

/** A value as YAML has it in one line, as far as notes need it. */
const scalarOf = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return text.startsWith('[') && text.endsWith(']') ? plainList(text) : unquoted(text)
  }
}

const wordsIn = (values: readonly unknown[]): readonly string[] =>
  values.flatMap((value) => (typeof value === 'string' || typeof value === 'number' ? [String(value)] : []))

/**
 * What comes below a key: the items of a list (``), the lines of a text (`>` folded, `|` as they are), or
 * nothing (`-`).
 */
type Below = { readonly key: string; readonly kind: string; readonly parts: string[] }

const kindBelow = (value: string): string | undefined => (value === '' ? '' : /^([>|])[+-]?$/u.exec(value)?.[1])

const takes = ({ kind, parts }: Below, line: string): boolean => {
  if (kind === '-') return false
  const item = /^\s*-\s+(\S.*)$/u.exec(line)?.[1]
  if (kind === '' ? item === undefined : !/^\s/u.test(line)) return false
  parts.push(...(kind === '' ? wordsIn([scalarOf((item ?? '').trimEnd())]) : [line.trim()]))
  return true
}

/** The values by their keys: in one line, or below. What is neither is passed over. */
const readFields = (lines: readonly string[]): Fields => {
  const fields = new Map<string, unknown>()
  const below: Below[] = []
  for (const line of lines) {
    const open = below.at(-1)
    if (open !== undefined && takes(open, line)) continue
    // A string may have line separators of Unicode in it, which end no line here.
    const [, name, value = ''] = /^([A-Za-z_?-]+):(?:\s+(.*))?$/su.exec(line) ?? []
    if (name === undefined) continue
    const [key, kind] = [name.toLowerCase(), kindBelow(value.trim())]
    below.push({ key, kind: kind ?? '-', parts: [] })
    fields.set(key, kind === undefined ? scalarOf(value.trim()) : undefined)
  }
  for (const { key, kind, parts } of below) {
    if (kind !== '-' && parts.length > 0) fields.set(key, kind === '' ? parts : parts.join(kind === '>' ? ' ' : '\n'))
  }
  return fields
}

const timeOf = (value: unknown): number | undefined => {
  // Some write a space where ISO 8601 has a T.
  const time = typeof value === 'string' ? Date.parse(value.replace(/^(\d{4}-\d\d-\d\d) (?=\d)/u, '$1T')) : Number.NaN
  return Number.isFinite(time) ? time : undefined
}

const tagsOf = (value: unknown): readonly string[] => {
  if (Array.isArray(value)) return cleanTags(wordsIn(value))
  return typeof value === 'string' ? cleanTags(value.split(/[,\s]+/u)) : []
}

/** What a file is called, where its text does not say. */
export type Named = { readonly name: string; readonly id: string; readonly now: number }

const withoutEnding = (name: string): string => name.replace(/^.*[/\\]/u, '').replace(/\.[A-Za-z0-9]+$/u, '')

/** A Markdown file that says nothing of itself: its first heading, or its name, is the title. */
const readBare = (text: string, { name, id, now }: Named): Note => {
  const heading = /^\s*#[ \t]+(.+?)[ \t]*#*[ \t]*(?:\r?\n|$)/u.exec(text)
  const [title, body] =
    heading === null
      ? [withoutEnding(name), text]
      : [heading[1] ?? '', text.slice(heading[0].length).replace(/^\s*\n/u, '')]
  return { ...newNote(id, now), title, body }
}

/** Whether an address can be asked for: nothing else is a link. */
const isAddress = (value: unknown): value is string =>
  typeof value === 'string' && /^https?:\/\/[^\s<>]{1,2000}$/u.test(value)

type Facts = { readonly title: string; readonly done?: unknown; readonly source?: unknown }

const boxFor = (done: unknown): string | undefined => {
  if (done === true || done === 'yes') return '- [x] '
  return done === false || done === 'no' ? '- [ ] ' : undefined
}

/** A text with what other apps say beside it and a note has no place for: whether it is done, and where it is from. */
export const withFacts = (body: string, { title, done, source }: Facts): string => {
  const box = boxFor(done)
  const parts = [...(box === undefined ? [] : [box + title]), body, ...(isAddress(source) ? [`<${source}>`] : [])]
  return parts.length === 1 ? body : parts.filter((part) => part !== '').join('\n\n')
}

const partsOf = (text: string): { readonly head: string; readonly body: string } | undefined => {
  if (!/^---[ \t]*\r?\n/u.test(text)) return undefined
  const parts = /^---[ \t]*\r?\n([\s\S]*?)\r?\n---[ \t]*(?:\r?\n|$)/u.exec(text.slice(0, LONGEST))
  return parts === null ? undefined : { head: parts[1] ?? '', body: text.slice(parts[0].length) }
}

/** The note that a Markdown file holds, with front matter or without. Nothing in a text is wrong. */
export const fromMarkdown = (text: string, named: Named): Note => {
  const parts = partsOf(text)
  if (parts === undefined) return readBare(text, named)
  const fields = readFields(parts.head.split(/\r?\n/u))
  const id = fields.get('id')
  const title = wordsIn([fields.get('title')])[0] ?? withoutEnding(named.name)
  const created = timeOf(fields.get('created')) ?? timeOf(fields.get('date')) ?? named.now
  return {
    id: typeof id === 'string' && id !== '' ? id : named.id,
    title,
    body: withFacts(parts.body, { title, done: fields.get('completed?'), source: fields.get('source') }),
    pinned: fields.get('pinned') === true,
    tags: tagsOf(fields.get('tags')),
    trashedAt: timeOf(fields.get('trashed')) ?? null,
    createdAt: created,
    updatedAt: timeOf(fields.get('updated')) ?? created,
  }
}
