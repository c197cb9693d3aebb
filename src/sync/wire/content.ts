import { type Bytes, concat } from '../../base/bytes.ts'
import { createReader, type Reader, u16, u32, u64 } from './codec.ts'
import { SyncFault } from './faults.ts'
import { decodeHead, encodeHead, type Head } from './log-entry.ts'

/** What the author of a record had seen when it wrote it: its device log, and the last record of every other device. */
export type View = {
  /** Entries of the device log. */
  readonly logLength: number
  /** The hash of the last of them. */
  readonly logHead: Bytes
  /** In the order of their devices' ids; none twice. */
  readonly heads: readonly Head[]
}

/** The plaintext of a record, before it is padded. */
export type Content = { readonly view: View; readonly payload: Bytes }

const mostDevices = 1000

const compare = (one: Uint8Array, other: Uint8Array): number => {
  const at = one.findIndex((byte, index) => byte !== other[index])
  return at < 0 ? 0 : (one[at] ?? 0) - (other[at] ?? 0)
}

const encodeView = ({ logLength, logHead, heads }: View): Bytes => {
  const sorted = [...heads].sort((one, other) => compare(one.device, other.device))
  return concat(u32(logLength), logHead, u16(sorted.length), ...sorted.map(encodeHead))
}

const decodeView = (reader: Reader): View => {
  const [logLength, logHead, count] = [reader.u32(), reader.bytes(32), reader.u16()]
  if (count > mostDevices) throw new SyncFault('MALFORMED')
  const heads = Array.from({ length: count }, () => decodeHead(reader))
  for (const [at, head] of heads.entries()) {
    const before = heads[at - 1]
    if (before !== undefined && compare(before.device, head.device) >= 0) throw new SyncFault('MALFORMED')
  }
  return { logLength, logHead, heads }
}

export const encodeContent = ({ view, payload }: Content): Bytes => concat(encodeView(view), payload)

/** Throws `MALFORMED`. */
export const decodeContent = (bytes: Uint8Array): Content => {
  const reader = createReader(bytes)
  return { view: decodeView(reader), payload: reader.rest() }
}

/** Numbers of records from the first to the last, both among them. */
export type Range = readonly [first: number, last: number]

/** What a checkpoint says: of the records of its author before it, these are superseded. */
export const encodeRanges = (ranges: readonly Range[]): Bytes =>
  concat(u32(ranges.length), ...ranges.flatMap(([first, last]) => [u64(first), u64(last)]))

/** Throws `MALFORMED` where they are not in order, or touch. */
export const decodeRanges = (bytes: Uint8Array): readonly Range[] => {
  const reader = createReader(bytes)
  const count = reader.u32()
  if (reader.left !== count * 16) throw new SyncFault('MALFORMED')
  const ranges = Array.from({ length: count }, (): Range => [reader.u64(), reader.u64()])
  for (const [at, [first, last]] of ranges.entries()) {
    if (first < 1 || last < first || first <= (ranges[at - 1]?.[1] ?? -1) + 1) throw new SyncFault('MALFORMED')
  }
  return ranges
}
