import { utf8 } from '../../../../src/base/bytes.ts'
import { type FolderFile, type ReadOptions, readFolder } from '../../../../src/notebook/exchange/folder.ts'
import type { Imported } from '../../../../src/notebook/exchange/imported.ts'
import { readZip } from '../../../../src/notebook/exchange/zip.ts'
import { END_WITHIN, findDirectory, readDirectory } from '../../../../src/notebook/exchange/zip-directory.ts'

/** Pages are read in browsers alone. */
export const readOptions: ReadOptions = {
  newId: () => crypto.randomUUID(),
  now: 1,
  readPages: () => Promise.reject(new Error('There is no page here.')),
  step: () => Promise.resolve(),
}

export const together = async (all: AsyncGenerator<Imported>): Promise<Imported> => {
  const parts: Imported[] = []
  for await (const one of all) parts.push(one)
  return {
    notes: parts.flatMap(({ notes }) => notes),
    files: parts.flatMap(({ files }) => files),
    left: parts.flatMap(({ left }) => left),
  }
}

/** The files of a zip that comes in pieces of so many bytes. */
export const unzip = (zip: Uint8Array, piece = 64): readonly FolderFile[] => {
  const reader = readZip()
  for (let at = 0; at < zip.length; at += piece) reader.push(zip.slice(at, at + piece), at + piece >= zip.length)
  const { at, length } = findDirectory(zip.slice(-END_WITHIN))
  return reader.files(readDirectory(zip.slice(at, at + length)))
}

export const readAll = (files: readonly FolderFile[]): Promise<Imported> => together(readFolder(files, readOptions))

/** A folder of these files, by their paths. */
export const folderOf = (files: Readonly<Record<string, string | Uint8Array>>): readonly FolderFile[] =>
  Object.entries(files).map(([path, content]) => ({
    path,
    read: async () => (typeof content === 'string' ? utf8(content) : new Uint8Array(content)),
  }))
