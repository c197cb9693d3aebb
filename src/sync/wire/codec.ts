import { type Bytes, concat, fromUtf8, utf8 } from '../../base/bytes.ts'
import { SyncFault } from './faults.ts'

// Canonical bytes: integers are big-endian and of fixed width, what varies in length has its length before it. There is one way
// to write a thing, and a reader takes no other. Normative: docs/sync.md, "Bytes".

export const u8 = (value: number): Bytes => Uint8Array.of(value)

export const u16 = (value: number): Bytes => Uint8Array.of(value >>> 8, value)

export const u32 = (value: number): Bytes => Uint8Array.of(value >>> 24, value >>> 16, value >>> 8, value)

/** Of a safe integer that is not negative. */
export const u64 = (value: number): Bytes => concat(u32(Math.floor(value / 2 ** 32)), u32((value % 2 ** 32) >>> 0))

/** Bytes with their length before them. */
export const sized = (bytes: Uint8Array): Bytes => concat(u32(bytes.length), bytes)

export const text = (value: string): Bytes => sized(utf8(value))

/** Reads forward. Everything throws `MALFORMED` where the bytes are too few. */
export type Reader = {
  u8(): number
  u16(): number
  u32(): number
  /** A safe integer; what is larger is malformed. */
  u64(): number
  bytes(length: number): Bytes
  /** `most`: bytes at most. */
  sized(most: number): Bytes
  text(most: number): string
  rest(): Bytes
  readonly left: number
  /** Throws where something is left. */
  end(): void
}

export const createReader = (source: Uint8Array): Reader => {
  let at = 0
  const malformed = () => new SyncFault('MALFORMED')
  const skip = (length: number): number => {
    if (length > source.length - at) throw malformed()
    at += length
    return at - length
  }
  /** A copy over a buffer of its own, whatever `source` is a view of. */
  const take = (length: number): Bytes => {
    const from = skip(length)
    return new Uint8Array(source.subarray(from, from + length))
  }
  const number = (length: number): number => {
    let sum = 0
    for (let from = skip(length); from < at; from += 1) sum = sum * 256 + (source[from] ?? 0)
    return sum
  }
  const sizedBytes = (most: number): Bytes => {
    const length = number(4)
    if (length > most) throw malformed()
    return take(length)
  }
  return {
    u8: () => number(1),
    u16: () => number(2),
    u32: () => number(4),
    u64() {
      const value = number(8)
      if (!Number.isSafeInteger(value)) throw malformed()
      return value
    },
    bytes: take,
    sized: sizedBytes,
    text(most) {
      const bytes = sizedBytes(most)
      try {
        const value = fromUtf8(bytes)
        // A mark of the byte order is dropped by the decoder, so these bytes would not come back.
        if (utf8(value).length !== bytes.length) throw malformed()
        return value
      } catch {
        throw malformed()
      }
    },
    rest: () => take(source.length - at),
    get left() {
      return source.length - at
    },
    end() {
      if (at !== source.length) throw malformed()
    },
  }
}

/** Throws where a version is not the one that is known: a newer one by another name than a lower. */
export const checkVersion = (found: number, known: number): void => {
  if (found > known) throw new SyncFault('VERSION_NEWER')
  if (found < known) throw new SyncFault('VERSION_LOWERED')
}

export const sameBytes = (one: Uint8Array, other: Uint8Array): boolean => {
  if (one.length !== other.length) return false
  for (let at = 0; at < one.length; at += 1) if (one[at] !== other[at]) return false
  return true
}
