import { Unzip, UnzipInflate, UnzipPassThrough, Zip, ZipDeflate, ZipPassThrough } from 'fflate'
import * as v from 'valibot'
import { concat, fromUtf8, utf8 } from '../../base/bytes.ts'
import { type Attachment, attachmentAddress, type Bytes, type WholeAttachment } from '../attachment.ts'
import type { Note } from '../note.ts'
import { fromMarkdown, toMarkdown } from './front-matter.ts'
import { ImportError, type Imported, MOST_BYTES, MOST_FILE, MOST_FILES } from './imported.ts'
import { fileListSchema } from './json.ts'
import { crc32, type Directory } from './zip-directory.ts'

const LIST = 'attachments.json'

/** A name that every file system takes. */
export const safeName = (text: string, otherwise: string): string => {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what no file system takes
  const clean = text.replace(/[\u0000-\u001f\u007f<>:"/\\|?*#^[\]]+/gu, ' ').replace(/\s+/gu, ' ')
  const short = [...clean]
    .slice(0, 60)
    .join('')
    .replace(/^[.\s]+|[.\s]+$/gu, '')
  return short === '' ? otherwise : short.toWellFormed()
}

/** Names that are not taken, whatever the case. */
const uniqueNames = (): ((name: string) => string) => {
  const taken = new Map<string, number>()
  return (name) => {
    const count = (taken.get(name.toLowerCase()) ?? 0) + 1
    taken.set(name.toLowerCase(), count)
    return count === 1 ? name : `${name} (${count}-${taken.size})`
  }
}

const pathOf = ({ id, name }: Attachment): string => `attachments/${id}/${safeName(name, 'file')}`

/** A text whose files are named by their place in the zip: links that work where it is unpacked. */
const withPaths = (body: string, files: readonly Attachment[]): string =>
  files.reduce((text, file) => text.replaceAll(`](${attachmentAddress(file.id)})`, `](<../${pathOf(file)}>)`), body)

const withAddresses = (body: string, files: readonly Attachment[]): string =>
  files.reduce((text, file) => text.replaceAll(`](<../${pathOf(file)}>)`, `](${attachmentAddress(file.id)})`), body)

export type ZipWriter = {
  note(note: Note, files: readonly Attachment[]): void
  file(file: WholeAttachment): void
  end(files: readonly Attachment[]): void
}

/** Writes notes as Markdown files, and their attachments beside them. What comes is given to `onBytes`, piece by piece. */
export const createZip = (onBytes: (bytes: Bytes) => void): ZipWriter => {
  const zip = new Zip((error, bytes) => {
    if (error !== null) throw error
    onBytes(new Uint8Array(bytes))
  })
  const unique = uniqueNames()
  const add = (path: string, bytes: Uint8Array, modified: number, isPacked = false): void => {
    const file = isPacked ? new ZipPassThrough(path) : new ZipDeflate(path, { level: 4 })
    // The oldest time that a zip can tell is 1980.
    file.mtime = new Date(Math.min(Math.max(modified, Date.UTC(1980, 0, 2)), Date.UTC(2099, 0, 1)))
    zip.add(file)
    file.push(bytes, true)
  }
  return {
    note(note, files) {
      const folder = note.trashedAt === null ? 'notes' : 'trash'
      const name = unique(safeName(note.title, 'Untitled'))
      add(`${folder}/${name}.md`, utf8(toMarkdown(note, withPaths(note.body, files))), note.updatedAt)
    },
    file({ attachment, bytes }) {
      add(pathOf(attachment), bytes, attachment.createdAt, true)
    },
    end(files) {
      add(LIST, utf8(JSON.stringify(files, null, 2)), Date.now())
      zip.end()
    },
  }
}

type Entry = { readonly name: string; readonly parts: Uint8Array[]; size: number; crc: number }

export type ZipReader = {
  /** Takes the next piece of the zip. Throws an `ImportError`. */
  push(bytes: Uint8Array, isLast: boolean): void
  /** What was in it, once all has been pushed, where its directory says so too. Throws an `ImportError`. */
  imported(directory: Directory, newId: () => string, now: number): Imported
}

const textOf = ({ parts }: Entry): string => {
  try {
    return fromUtf8(concat(...parts))
  } catch (thrown) {
    throw new ImportError('IMPORT_DAMAGED', thrown)
  }
}

const listOf = (entries: readonly Entry[]): readonly Attachment[] => {
  const entry = entries.find(({ name }) => name === LIST)
  if (entry === undefined) return []
  try {
    return v.parse(fileListSchema, JSON.parse(textOf(entry)))
  } catch (thrown) {
    throw new ImportError('IMPORT_DAMAGED', thrown)
  }
}

const isMarkdown = (name: string): boolean => /\.(?:md|markdown|txt)$/iu.test(name)

/** Reads a zip as it comes, and stops where it unfolds to more than it may. */
export const readZip = (): ZipReader => {
  const entries: Entry[] = []
  let total = 0
  let failure: unknown
  const unzip = new Unzip()
  unzip.register(UnzipInflate)
  unzip.register(UnzipPassThrough)
  unzip.onfile = (file) => {
    if (file.name.endsWith('/')) return
    if (entries.length >= MOST_FILES) throw new ImportError('IMPORT_TOO_LARGE')
    const entry: Entry = { name: file.name, parts: [], size: 0, crc: 0 }
    entries.push(entry)
    file.ondata = (error, bytes) => {
      if (error !== null) {
        failure ??= error
        return
      }
      entry.size += bytes.length
      entry.crc = crc32(bytes, entry.crc)
      total += bytes.length
      if (entry.size > MOST_FILE || total > MOST_BYTES) throw new ImportError('IMPORT_TOO_LARGE')
      entry.parts.push(bytes)
    }
    file.start()
  }
  return {
    push(bytes, isLast) {
      try {
        unzip.push(bytes, isLast)
      } catch (thrown) {
        failure ??= thrown
      }
      if (failure instanceof ImportError) throw failure
      if (failure !== undefined) throw new ImportError('IMPORT_DAMAGED', failure)
    },
    imported(directory, newId, now) {
      const named = [...directory.keys()].filter((name) => !name.endsWith('/'))
      const isWhole = ({ name, size, crc }: Entry) =>
        directory.get(name)?.size === size && directory.get(name)?.crc === crc
      if (named.length !== entries.length || !entries.every(isWhole)) throw new ImportError('IMPORT_DAMAGED')
      const listed = new Map(listOf(entries).map((file) => [pathOf(file), file]))
      const byNote = Map.groupBy(listed.values(), ({ noteId }) => noteId)
      const notes: Note[] = []
      const files: WholeAttachment[] = []
      const left: string[] = []
      for (const entry of entries) {
        const { name } = entry
        const attachment = listed.get(name)
        if (attachment !== undefined) files.push({ attachment, bytes: concat(...entry.parts) })
        else if (isMarkdown(name)) {
          const note = fromMarkdown(textOf(entry), { name, id: newId(), now })
          notes.push({ ...note, body: withAddresses(note.body, byNote.get(note.id) ?? []) })
        } else if (name !== LIST) left.push(name)
      }
      return { notes, files, left }
    },
  }
}
