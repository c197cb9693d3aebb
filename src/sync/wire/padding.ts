import { type Bytes, concat } from '../../base/bytes.ts'
import { createReader, u32 } from './codec.ts'
import { SyncFault } from './faults.ts'

/** The length that Padmé gives to a length: it tells at most log log of it, and adds 12 % at most. Integers from 0. */
export const padme = (length: number): number => {
  if (length < 2) return length
  const exponent = Math.floor(Math.log2(length))
  const digits = Math.floor(Math.log2(exponent)) + 1
  const unit = 2 ** (exponent - digits)
  return Math.ceil(length / unit) * unit
}

/** `length (u32) | content | zeros`. */
export const pad = (content: Uint8Array): Bytes => {
  const zeros = padme(content.length + 4) - content.length - 4
  return concat(u32(content.length), content, new Uint8Array(zeros))
}

/** Throws `MALFORMED` where it was padded in another way. */
export const unpad = (padded: Uint8Array): Bytes => {
  const reader = createReader(padded)
  const content = reader.sized(padded.length)
  if (padded.length !== padme(content.length + 4) || reader.rest().some((byte) => byte !== 0)) {
    throw new SyncFault('MALFORMED')
  }
  return content
}
