import { cleanTags, type Note, newNote } from '../note.ts'

const FENCE = '---'

const iso = (time: number): string => new Date(time).toISOString()

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

/** A value as YAML has it in one line, as far as notes need it. */
const scalarOf = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    if (text.startsWith('[') && text.endsWith(']')) return plainList(text)
    return text.replace(/^(["'])(.*)\1$/u, '$2')
  }
}

const readFields = (lines: readonly string[]): Fields => {
  const fields = new Map<string, unknown>()
  let list: string | undefined
  for (const line of lines) {
    const item = /^\s*-\s+(.+?)\s*$/u.exec(line)?.[1]
    const before = list === undefined ? undefined : fields.get(list)
    if (item !== undefined && list !== undefined) {
      fields.set(list, [...(Array.isArray(before) ? before : []), String(scalarOf(item))])
      continue
    }
    const [, key, value = ''] = /^([A-Za-z_-]+):\s*(.*?)\s*$/u.exec(line) ?? []
    if (key === undefined) continue
    list = key.toLowerCase()
    fields.set(list, value === '' ? undefined : scalarOf(value))
  }
  return fields
}

const timeOf = (value: unknown): number | undefined => {
  const time = typeof value === 'string' ? Date.parse(value) : Number.NaN
  return Number.isFinite(time) ? time : undefined
}

const tagsOf = (value: unknown): readonly string[] => {
  if (Array.isArray(value)) return cleanTags(value.map(String))
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

/** The note that a Markdown file holds, with front matter or without. Nothing in a text is wrong. */
export const fromMarkdown = (text: string, named: Named): Note => {
  const parts = /^---\r?\n([\s\S]*?)\r?\n---(?:\r?\n|$)/u.exec(text)
  if (parts === null) return readBare(text, named)
  const fields = readFields((parts[1] ?? '').split(/\r?\n/u))
  const body = text.slice(parts[0].length)
  const { id, title } = { id: fields.get('id'), title: fields.get('title') }
  const created = timeOf(fields.get('created')) ?? timeOf(fields.get('date')) ?? named.now
  return {
    id: typeof id === 'string' && id !== '' ? id : named.id,
    title: typeof title === 'string' ? title : withoutEnding(named.name),
    body,
    pinned: fields.get('pinned') === true,
    tags: tagsOf(fields.get('tags')),
    trashedAt: timeOf(fields.get('trashed')) ?? null,
    createdAt: created,
    updatedAt: timeOf(fields.get('updated')) ?? created,
  }
}
