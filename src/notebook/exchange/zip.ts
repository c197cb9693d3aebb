import { Unzip, UnzipInflate, UnzipPassThrough, Zip, ZipDeflate, ZipPassThrough } from 'fflate'
import { concat, utf8 } from '../../base/bytes.ts'
import type { Attachment, Bytes, WholeAttachment } from '../attachment.ts'
import type { Note } from '../note.ts'
import { attachmentPath, FILE_LIST, safeName, withPaths } from './attachment-paths.ts'
import type { FolderFile } from './folder.ts'
import { toMarkdown } from './front-matter.ts'
import { ImportError, MOST_BYTES, MOST_FILE, MOST_FILES } from './imported.ts'
import { crc32, type Directory } from './zip-directory.ts'

/** Names that are not taken, whatever the case. */
const uniqueNames = (): ((name: string) => string) => {
  const taken = new Set<string>()
  const counts = new Map<string, number>()
  return (name) => {
    const key = name.toLowerCase()
    let count = counts.get(key) ?? 1
    let free = name
    for (; taken.has(free.toLowerCase()); free = `${name} (${count})`) count += 1
    counts.set(key, count)
    taken.add(free.toLowerCase())
    return free
  }
}

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
      add(attachmentPath(attachment), bytes, attachment.createdAt, true)
    },
    end(files) {
      add(FILE_LIST, utf8(JSON.stringify(files, null, 2)), Date.now())
      zip.end()
    },
  }
}

type Entry = { readonly path: string; readonly parts: Uint8Array[]; size: number; crc: number }

export type ZipReader = {
  /** Takes the next piece of the zip. Throws an `ImportError`. */
  push(bytes: Uint8Array, isLast: boolean): void
  /** The files in it, once all has been pushed, where its directory says so too. Throws an `ImportError`. */
  files(directory: Directory): readonly FolderFile[]
}

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
    const entry: Entry = { path: file.name, parts: [], size: 0, crc: 0 }
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
    files(directory) {
      const listed = [...directory].filter(([name]) => !name.endsWith('/'))
      const count = listed.reduce((sum, [, ones]) => sum + ones.length, 0)
      const isWhole = ({ path, size, crc }: Entry) =>
        directory.get(path)?.some((one) => one.size === size && one.crc === crc) ?? false
      if (count !== entries.length || !entries.every(isWhole)) throw new ImportError('IMPORT_DAMAGED')
      return entries.map(({ path, parts }) => ({ path, read: async () => concat(...parts) }))
    },
  }
}
