import { fromBase64url } from '../base/bytes.ts'

/** What a QR code of a pairing carries (docs/pairing.md). Keys and ids are base64url. */
export type PairingCode = {
  /** The origin of the server. */
  readonly server: string
  readonly id: string
  /** 32 bytes that only the two devices know: never a key to the account. */
  readonly secret: string
  /** Of the old device's exchange key. */
  readonly keyHash: string
}

const scheme = 'holdfast:pair?'

/** The text of a QR code. */
export const writePairingCode = ({ server, id, secret, keyHash }: PairingCode): string =>
  scheme + new URLSearchParams({ v: '1', server, id, secret, key: keyHash })

const is32Bytes = (text: string): boolean => fromBase64url(text)?.length === 32

/** Whether a text can be the words of a pairing, however they are written; the server knows which are. */
export const looksLikeWords = (text: string): boolean => /^\s*[a-z]{3,8}[\s-]*\b[a-z]{3,8}[\s-]*\d{2}\s*$/i.test(text)

/** A code that was read, or undefined where it is none of ours. Never throws. */
export const readCode = (text: string): PairingCode | undefined => {
  if (!text.trim().startsWith(scheme)) return undefined
  const parameters = new URLSearchParams(text.trim().slice(scheme.length))
  const [v, server, id, secret, keyHash] = ['v', 'server', 'id', 'secret', 'key'].map(
    (name) => parameters.get(name) ?? '',
  )
  if (v !== '1' || server === undefined || id === undefined || secret === undefined || keyHash === undefined)
    return undefined
  const isOrigin = URL.canParse(server) && new URL(server).origin === server
  if (!isOrigin || !/^[\w-]{10,64}$/.test(id) || !is32Bytes(secret) || !is32Bytes(keyHash)) return undefined
  return { server, id, secret, keyHash }
}
