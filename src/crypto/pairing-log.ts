import { type Bytes, concat, fromBase64url, toBase64url, utf8 } from '../base/bytes.ts'
import { createReader, u32 } from '../sync/wire/codec.ts'
import type { LogAnchor } from './device-log.ts'
import { openSealed, sealFor } from './hpke.ts'
import { type Transcript, transcriptBytes } from './pairing.ts'

// What a device that lets another one in tells it of the device log. Normative: docs/pairing.md.

const contextOf = (transcript: Transcript) => ({
  info: utf8('holdfast pairing log v1'),
  aad: transcriptBytes('log', transcript),
})

const keyBytes = (key: string): Bytes => fromBase64url(key) ?? new Uint8Array()

/**
 * Seals where the log stands once the new device is in it, base64url (HPKE, auth mode). `own`: the pair of the answer key, which
 * the numbers cover: so the new device knows that no server has said this.
 */
export const sealAnchor = async (
  own: CryptoKeyPair,
  transcript: Transcript,
  { account, length, head }: LogAnchor,
): Promise<string> => {
  const plain = concat(account, u32(length), head)
  const to = keyBytes(transcript.device.exchangeKey)
  return toBase64url(await sealFor(to, contextOf(transcript), plain, { senderKey: own }))
}

/** What the old device has said of the log; undefined where it was not that device, or not in this pairing. Never throws. */
export const openAnchor = async (
  own: CryptoKeyPair,
  transcript: Transcript,
  sealed: string,
): Promise<LogAnchor | undefined> => {
  const from = keyBytes(transcript.answerKey)
  const plain = await openSealed(own, contextOf(transcript), keyBytes(sealed), from)
  if (plain?.length !== 68) return undefined
  const reader = createReader(plain)
  return { account: reader.bytes(32), length: reader.u32(), head: reader.bytes(32) }
}
