import { type Attachment, attachmentAddress, type WholeAttachment } from '../attachment.ts'
import { cleanTags, type Note, newNote } from '../note.ts'
import { noteOfPage, type ReadOptions } from './folder.ts'
import { withFacts } from './front-matter.ts'
import { type Imported, type Left, reasonOf } from './imported.ts'
import { type Archive, type HeldNote, openArchive } from './joplin-archive.ts'
import type { JoplinItem } from './joplin-item.ts'
import { withLinks } from './links.ts'
import { cleanType, endingFor, endingOf, typeOfName, UNKNOWN_TYPE } from './media-type.ts'
import { nameIn } from './paths.ts'
import type { Readable, TarEntry } from './tar.ts'

/** Whether a note is written in HTML. */
const isPage = (item: JoplinItem): boolean => item.fact('markup_language') === '2'

/** The text of a note, in which the addresses of resources are what `addressOf` makes of them. */
const withResources = (item: JoplinItem, addressOf: (resource: string) => string | undefined): string => {
  const replaced = (address: string): string | undefined => {
    const id = /^:\/([0-9a-f]{32})(?:[?#].*)?$/u.exec(address)?.[1]
    return id === undefined ? undefined : addressOf(id)
  }
  if (!isPage(item)) return withLinks(item.body, replaced)
  return item.body.replace(/(["'])(:\/[0-9a-f]{32})(?=["'])/gu, (whole, quote: string, address: string) => {
    const known = replaced(address)
    return known === undefined ? whole : quote + known
  })
}

const doneOf = (item: JoplinItem): boolean | undefined =>
  item.fact('is_todo') === '1' ? !/^0?$/u.test(item.fact('todo_completed')) : undefined

/** The first of the facts that is a time. */
const timeOf = (item: JoplinItem, ...names: readonly string[]): number | undefined =>
  names.map((name) => Date.parse(item.fact(name))).find(Number.isFinite)

/** When it was put in the trash, which is kept as a number. */
const trashedAt = (item: JoplinItem): number | null => {
  const time = Number(item.fact('deleted_time'))
  return Number.isSafeInteger(time) && time > 0 ? time : null
}

/** A note of Joplin as one of ours, without what is attached to it. */
const noteOf = async (
  item: JoplinItem,
  body: string,
  tags: readonly string[],
  options: ReadOptions,
): Promise<Imported> => {
  const createdAt = timeOf(item, 'user_created_time', 'created_time') ?? options.now
  const updatedAt = timeOf(item, 'user_updated_time', 'updated_time') ?? createdAt
  const facts = { title: item.title, done: doneOf(item), source: item.fact('source_url') }
  const marks = { tags: cleanTags(tags), trashedAt: trashedAt(item) }
  const id = options.newId()
  const [page] = isPage(item) ? await options.readPages(body) : []
  if (page === undefined) {
    const text = { title: item.title, body: withFacts(body, facts) }
    const note: Note = { ...newNote(id, createdAt), ...text, ...marks, updatedAt }
    return { notes: [note], files: [], left: [] }
  }
  const about = { title: item.title, tags: [], createdAt, updatedAt }
  const made = { markdown: withFacts(page.markdown, facts), about, embedded: page.embedded }
  const read = noteOfPage(made, { name: '', id, now: createdAt })
  return { ...read, notes: read.notes.map((note) => ({ ...note, ...marks })) }
}

type About = Pick<Attachment, 'name' | 'type'>

/** What a file is called and is: its resource says it, or else its name in the archive. */
const aboutFile = (resource: JoplinItem | undefined, { path }: TarEntry): About => {
  const said = cleanType(resource?.fact('mime') ?? '')
  const type = said === UNKNOWN_TYPE ? typeOfName(path) : said
  const title = resource?.title.trim() || nameIn(path)
  return { type, name: endingOf(title) === '' ? title + endingFor(type) : title }
}

/** A note with the files that it names. */
const readNote = async (
  archive: Archive,
  { entry, tags }: HeldNote,
  linked: Set<string>,
  options: ReadOptions,
): Promise<Imported> => {
  const item = await archive.itemAt(entry)
  const name = item.title || entry.path
  // Only the one who wrote it can read it.
  if (item.fact('encryption_applied') === '1')
    return { notes: [], files: [], left: [{ name, reason: 'IMPORT_UNREADABLE' }] }
  const ids = new Map<string, string>()
  const body = withResources(item, (resource) => {
    if (!archive.resources.has(resource) && !archive.files.has(resource)) return undefined
    const id = ids.get(resource) ?? options.newId()
    ids.set(resource, id)
    return attachmentAddress(id)
  })
  const { notes, ...read } = await noteOf(item, body, tags, options)
  const files: WholeAttachment[] = [...read.files]
  const left: Left[] = []
  for (const [resource, id] of ids) {
    linked.add(resource)
    const [about, file] = [archive.resources.get(resource), archive.files.get(resource)]
    try {
      if (file === undefined) throw new Error('What is attached is not in the archive.')
      const bytes = await archive.bytesOf(file)
      const { createdAt, id: noteId } = notes[0] ?? newNote('', options.now)
      const attachment = {
        ...aboutFile(about, file),
        id,
        noteId,
        size: bytes.length,
        createdAt,
        text: '',
        duration: null,
      }
      files.push({ attachment, bytes })
    } catch (thrown) {
      left.push({ name: `${name} / ${about?.title || resource}`, reason: reasonOf(thrown) })
    }
  }
  return { notes, files, left }
}

/** The notes of a JEX file of Joplin, one by one, with the files that belong to them, and at last what belongs to none. */
export async function* readJex(tar: Readable, name: string, options: ReadOptions): AsyncGenerator<Imported> {
  const archive = await openArchive(tar, name, (done) => options.step(done / 2))
  const linked = new Set<string>()
  yield { notes: [], files: [], left: archive.left }
  for (const [at, note] of archive.notes.entries()) {
    await options.step((1 + at / archive.notes.length) / 2)
    yield await readNote(archive, note, linked, options).catch(
      (thrown: unknown): Imported => ({
        notes: [],
        files: [],
        left: [{ name: note.entry.path, reason: reasonOf(thrown) }],
      }),
    )
  }
  const others = [...archive.files].filter(([resource]) => !linked.has(resource))
  const left = others.map(([, { path }]): Left => ({ name: path, reason: 'IMPORT_UNLINKED' }))
  yield { notes: [], files: [], left }
}
