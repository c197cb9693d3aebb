import { strFromU8 } from 'fflate'
import { ImportError } from './imported.ts'

/** What the directory at the end of a zip says of a file in it. */
export type Listed = { readonly crc: number; readonly size: number }

/** The files by their names, of which two can have the same. */
export type Directory = ReadonlyMap<string, readonly Listed[]>

/** The end of a zip is within so many bytes of it: its record, and the longest remark (APPNOTE 6.3.10, 4.3.16). */
export const END_WITHIN = 22 + 0xffff

const END = 0x06054b50
const ENTRY = 0x02014b50
const ENTRY_LENGTH = 46

const viewOf = (bytes: Uint8Array): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)

/** Where the directory is, found in the last bytes of a zip. Throws an `ImportError` where there is none. */
export const findDirectory = (tail: Uint8Array): { readonly at: number; readonly length: number } => {
  const view = viewOf(tail)
  for (let at = tail.length - 22; at >= 0; at -= 1) {
    if (view.getUint32(at, true) !== END) continue
    return { at: view.getUint32(at + 16, true), length: view.getUint32(at + 12, true) }
  }
  throw new ImportError('IMPORT_DAMAGED')
}

/** Reads a directory. Throws an `ImportError` where it is not whole. */
export const readDirectory = (bytes: Uint8Array): Directory => {
  const view = viewOf(bytes)
  const listed = new Map<string, Listed[]>()
  let at = 0
  try {
    while (at < bytes.length) {
      if (view.getUint32(at, true) !== ENTRY) throw new ImportError('IMPORT_DAMAGED')
      const [nameLength, extra, remark] = [28, 30, 32].map((place) => view.getUint16(at + place, true))
      const from = at + ENTRY_LENGTH
      const isUtf8 = (view.getUint16(at + 8, true) & 0x800) !== 0
      const name = strFromU8(bytes.subarray(from, from + (nameLength ?? 0)), !isUtf8)
      const one = { crc: view.getUint32(at + 16, true), size: view.getUint32(at + 24, true) }
      const others = listed.get(name)
      if (others === undefined) listed.set(name, [one])
      else others.push(one)
      at = from + (nameLength ?? 0) + (extra ?? 0) + (remark ?? 0)
    }
  } catch (thrown) {
    throw thrown instanceof ImportError ? thrown : new ImportError('IMPORT_DAMAGED', thrown)
  }
  return listed
}

const table = Uint32Array.from({ length: 256 }, (_, index) => {
  let value = index
  for (let bit = 0; bit < 8; bit += 1) value = value & 1 ? 0xedb88320 ^ (value >>> 1) : value >>> 1
  return value
})

/** The checksum of a zip, taken on over more bytes (ISO 3309; RFC 1952 §8). The first time of 0. */
export const crc32 = (bytes: Uint8Array, before = 0): number => {
  let crc = ~before
  // By index: an iterator would take several times as long.
  for (let at = 0; at < bytes.length; at += 1) crc = (table[(crc ^ (bytes[at] ?? 0)) & 0xff] ?? 0) ^ (crc >>> 8)
  return ~crc >>> 0
}
