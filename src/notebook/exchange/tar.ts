import { strFromU8 } from 'fflate'
import type { Bytes } from '../attachment.ts'
import { ImportError, type LeftReason, MOST_FILES } from './imported.ts'

/** Bytes of which any part can be read, as a file of the browser is. Past its end there are none. */
export type Readable = { readonly size: number; read(at: number, length: number): Promise<Bytes> }

/** A file in a tar: where its bytes are. What is neither a file nor a folder, as links are, has no bytes. */
export type TarEntry = { readonly path: string; readonly at: number; readonly size: number; readonly isFile: boolean }

export type Tar = {
  readonly entries: readonly TarEntry[]
  /** Why nothing is known of what comes behind the last entry, and what it was to be called; undefined where the end was found. */
  readonly fault: { readonly name: string; readonly reason: LeftReason } | undefined
}

/** Everything in a tar begins at a multiple of this (POSIX.1-2024, pax, "ustar Interchange Format"). */
const BLOCK = 512
/** So many bytes are read in one go: of small files there are hundreds in them. */
const WINDOW = 256 * 1024

/** Reads small parts that follow each other from one larger part. */
export const buffered = ({ size, read }: Readable): Readable => {
  let [from, window]: [number, Bytes] = [0, new Uint8Array()]
  return {
    size,
    async read(at, length) {
      if (length > WINDOW) return read(at, length)
      if (at < from || at + length > from + window.length) [from, window] = [at, await read(at, WINDOW)]
      return window.slice(at - from, at - from + length)
    },
  }
}

/** A text that ends with its first NUL, or with its field. */
const textIn = (header: Bytes, at: number, length: number): string => {
  const field = header.subarray(at, at + length)
  const end = field.indexOf(0)
  return strFromU8(end < 0 ? field : field.subarray(0, end))
}

/** An octal number; undefined where the field holds something else. */
const numberIn = (header: Bytes, at: number, length: number): number | undefined => {
  const text = textIn(header, at, length).trim()
  return /^[0-7]{1,11}$/u.test(text) ? Number.parseInt(text, 8) : undefined
}

/** Whether the header adds up. In the sum its own field counts as spaces. */
const isWhole = (header: Bytes): boolean => {
  let sum = 8 * 0x20
  // By index: there is one header for each file, of which there may be many.
  for (let at = 0; at < BLOCK; at += 1) if (at < 148 || at >= 156) sum += header[at] ?? 0
  return sum === numberIn(header, 148, 8)
}

const pathIn = (header: Bytes): string => {
  const [name, prefix] = [textIn(header, 0, 100), textIn(header, 345, 155)]
  return textIn(header, 257, 6) === 'ustar' && prefix !== '' ? `${prefix}/${name}` : name
}

/** What only says more of the entry behind it, or is a folder: it brings nothing itself. */
const passedOver = /^[5gxLK]$/u

/**
 * Lists what is in a tar, without reading it. Where it is cut off or damaged, what comes before that is listed all the same.
 * Throws an `ImportError` where there is more in it than there may be.
 */
export const listTar = async (tar: Readable, step: (done: number) => Promise<void>): Promise<Tar> => {
  const entries: TarEntry[] = []
  const { size: end, read } = buffered(tar)
  const faulty = (reason: LeftReason, name = ''): Tar => ({ entries, fault: { name, reason } })
  for (let at = 0; at < end; ) {
    await step(at / end)
    const header = await read(at, BLOCK)
    if (header.length < BLOCK) return faulty('IMPORT_CUT_OFF')
    if (header.every((byte) => byte === 0)) return { entries, fault: undefined }
    const size = numberIn(header, 124, 12)
    if (!isWhole(header) || size === undefined) return faulty('IMPORT_DAMAGED')
    const [path, kind, from] = [pathIn(header), textIn(header, 156, 1), at + BLOCK]
    if (from + size > end) return faulty('IMPORT_CUT_OFF', path)
    if (entries.length >= MOST_FILES) throw new ImportError('IMPORT_TOO_LARGE')
    if (!passedOver.test(kind)) entries.push({ path, at: from, size, isFile: /^[07]?$/u.test(kind) })
    at = from + Math.ceil(size / BLOCK) * BLOCK
  }
  return faulty('IMPORT_CUT_OFF')
}
