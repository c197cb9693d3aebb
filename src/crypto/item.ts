import { type Bytes, concat, utf8 } from '../base/bytes.ts'
import { createReader, sameBytes, text } from '../sync/wire/codec.ts'
import { SyncFault } from '../sync/wire/faults.ts'
import { sha256 } from './primitives.ts'

/** A part of an item as the notebook knows it: its name, such as `note/<id>`, and bytes that are the notebook's own. */
export type NamedPayload = { readonly name: string; readonly body: Bytes }

const longestName = 1000

/** What an item is called outside: it tells nothing of its name. */
export const itemIdOf = async (account: Bytes, name: string): Promise<Bytes> =>
  (await sha256(utf8('holdfast item name v1'), account, utf8(name))).slice(0, 16)

export const encodeNamed = ({ name, body }: NamedPayload): Bytes => concat(text(name), body)

/** Throws MALFORMED where the name is not that of the item the record is filed under. */
export const decodeNamed = async (account: Bytes, item: Bytes, payload: Uint8Array): Promise<NamedPayload> => {
  const reader = createReader(payload)
  const name = reader.text(longestName)
  if (!sameBytes(await itemIdOf(account, name), item)) throw new SyncFault('MALFORMED')
  return { name, body: reader.rest() }
}
