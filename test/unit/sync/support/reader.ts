import {
  createDecipheriv,
  createHash,
  createHmac,
  createPrivateKey,
  createPublicKey,
  diffieHellman,
  hkdfSync,
  verify,
} from 'node:crypto'
import { createRequire } from 'node:module'

// A reader of backups that was written from docs/sync.md alone: it has nothing of the product's code, and WebCrypto and the
// library for RFC 9180 neither. What it can open, somebody else's client can.

const { wordlist } = createRequire(import.meta.url)('@scure/bip39/wordlists/english.js') as { wordlist: string[] }

const sha256 = (...parts: readonly Uint8Array[]): Buffer => createHash('sha256').update(Buffer.concat(parts)).digest()
const hkdf = (key: Uint8Array, info: Uint8Array | string): Buffer =>
  Buffer.from(hkdfSync('sha256', key, Buffer.alloc(32), info, 32))
const hmac = (key: Uint8Array, data: Uint8Array): Buffer => createHmac('sha256', key).update(data).digest()
const u32 = (value: number): Buffer => {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32BE(value)
  return bytes
}

const aesOpen = (key: Buffer, iv: Buffer, sealed: Buffer, aad: Buffer): Buffer<ArrayBuffer> => {
  const cipher = createDecipheriv('aes-256-gcm', key, iv).setAAD(aad).setAuthTag(sealed.subarray(-16))
  return Buffer.concat([cipher.update(sealed.subarray(0, -16)), cipher.final()])
}
const open = (key: Buffer, sealed: Buffer, aad: Buffer): Buffer<ArrayBuffer> =>
  aesOpen(key, sealed.subarray(0, 12), sealed.subarray(12), aad)

/** "Recovery key": words to keys. */
const entropyOf = (words: string): Buffer => {
  const bits = words
    .split(' ')
    .map((word) => wordlist.indexOf(word).toString(2).padStart(11, '0'))
    .join('')
  return Buffer.from((bits.slice(0, 128).match(/.{8}/g) ?? []).map((byte) => Number.parseInt(byte, 2)))
}
const privateKey = (oid: number, secret: Buffer) =>
  createPrivateKey({
    key: Buffer.concat([Buffer.from(`302e020100300506032b65${oid.toString(16)}04220420`, 'hex'), secret]),
    format: 'der',
    type: 'pkcs8',
  })
const publicKey = (crv: 'Ed25519' | 'X25519', x: Buffer) =>
  createPublicKey({ key: { kty: 'OKP', crv, x: x.toString('base64url') }, format: 'jwk' })
const publicBytes = (key: ReturnType<typeof createPublicKey>): Buffer =>
  Buffer.from(key.export({ format: 'jwk' }).x ?? '', 'base64url')
const idOf = (signKey: Buffer): Buffer => sha256(Buffer.from('holdfast device v1'), signKey).subarray(0, 16)

/** RFC 9180, base mode, or of `from` auth mode; DHKEM(X25519, HKDF-SHA256), HKDF-SHA256, AES-256-GCM, first message. */
export const openWrapped = (secret: Buffer, sealed: Buffer, info: Buffer, aad: Buffer, from = Buffer.alloc(0)) => {
  const extract = (suite: Buffer, salt: Buffer, label: string, ikm: Buffer): Buffer =>
    hmac(
      salt.length === 0 ? Buffer.alloc(32) : salt,
      Buffer.concat([Buffer.from('HPKE-v1'), suite, Buffer.from(label), ikm]),
    )
  const expand = (suite: Buffer, prk: Buffer, label: string, given: Buffer, length: number): Buffer => {
    const size = Buffer.from([0, length])
    const labelled = Buffer.concat([size, Buffer.from('HPKE-v1'), suite, Buffer.from(label), given])
    return hmac(prk, Buffer.concat([labelled, Buffer.from([1])])).subarray(0, length)
  }
  const none = Buffer.alloc(0)
  const kem = Buffer.concat([Buffer.from('KEM'), Buffer.from([0, 0x20])])
  const suite = Buffer.concat([Buffer.from('HPKE'), Buffer.from([0, 0x20, 0, 1, 0, 2])])
  const [own, enc] = [privateKey(0x6e, secret), sealed.subarray(0, 32)]
  const others = from.length === 0 ? [enc] : [enc, from]
  const secrets = others.map((key) => diffieHellman({ privateKey: own, publicKey: publicKey('X25519', key) }))
  const [shared, context] = [Buffer.concat(secrets), Buffer.concat([enc, publicBytes(createPublicKey(own)), from])]
  const sharedSecret = expand(kem, extract(kem, none, 'eae_prk', shared), 'shared_secret', context, 32)
  const pskHash = extract(suite, none, 'psk_id_hash', none)
  const infoHash = extract(suite, none, 'info_hash', info)
  const schedule = Buffer.concat([Buffer.from([from.length === 0 ? 0 : 2]), pskHash, infoHash])
  const start = extract(suite, sharedSecret, 'secret', none)
  const key = expand(suite, start, 'key', schedule, 32)
  const nonce = expand(suite, start, 'base_nonce', schedule, 12)
  return aesOpen(key, nonce, sealed.subarray(32), aad)
}

const cursor = (bytes: Buffer) => {
  let at = 0
  const take = (length: number): Buffer => {
    if (at + length > bytes.length) throw new Error('The bytes are too few.')
    at += length
    return bytes.subarray(at - length, at)
  }
  const number = (length: number): number => Number(`0x${take(length).toString('hex')}`)
  return { take, number, sized: () => take(number(4)), rest: () => take(bytes.length - at), at: () => at }
}
const check = (holds: boolean, what: string): void => {
  if (!holds) throw new Error(`Wrong: ${what}`)
}

/** "Device log": entries to devices, the recovery key, and what is said of each epoch. */
const readLog = (entries: readonly Buffer[]) => {
  const keys = new Map<string, Buffer>()
  const epochs: { commitment: Buffer; before: Buffer }[] = []
  let prev: Buffer = Buffer.alloc(32)
  let recovery: Buffer = Buffer.alloc(0)
  const account = sha256(entries[0]?.subarray(0, -64) ?? Buffer.alloc(0))
  for (const [index, entry] of entries.entries()) {
    const body = entry.subarray(0, -64)
    const read = cursor(body)
    check(read.take(12).toString() === 'holdfast log' && read.number(1) === 1, 'version of an entry')
    check(read.number(4) === index && read.take(32).equals(prev), 'chain of the log')
    read.take(8)
    const [signer, kind, payload] = [read.take(16).toString('hex'), read.number(1), cursor(read.sized())]
    if (kind === 1 || kind === 2) {
      const signKey = payload.take(32)
      payload.take(32)
      payload.sized()
      payload.sized()
      keys.set(idOf(signKey).toString('hex'), signKey)
      if (kind === 1) epochs.push({ commitment: payload.take(32), before: Buffer.alloc(0) })
    }
    if (kind === 5) {
      payload.take(4)
      epochs.push({ commitment: payload.take(32), before: payload.sized() })
    }
    if (kind === 6) {
      const named = payload.take(32)
      payload.take(32)
      const statement = [Buffer.from('holdfast recovery v1'), account, u32(index), prev]
      const proof = payload.take(64)
      check(verify(null, Buffer.concat(statement), publicKey('Ed25519', named), proof), 'proof of the recovery key')
      recovery = idOf(named)
    }
    const signKey = keys.get(signer)
    check(signKey !== undefined && verify(null, body, publicKey('Ed25519', signKey), entry.subarray(-64)), 'signature')
    prev = sha256(body)
  }
  return {
    account,
    keys,
    epochs,
    recovery,
    length: entries.length,
  }
}

/** "Backup": the items and chunks of a file, for who has the words. */
export const readBackup = (file: Buffer, words: string) => {
  const read = cursor(file)
  check(read.take(16).toString() === 'holdfast backup\n' && read.number(1) === 1, 'a backup of version 1')
  const [account, time, epoch, wrapped] = [read.take(32), read.number(8), read.number(4), read.take(80)]
  const log = readLog(Array.from({ length: read.number(4) }, () => read.sized()))
  check(log.account.equals(account), 'account')
  for (let left = read.number(2); left > 0; left -= 1) read.take(56)
  const [recordCount, chunkCount] = [read.number(4), read.number(4)]
  const parts = [file.subarray(0, read.at())]
  const next = (): Buffer => {
    const bytes = read.sized()
    parts.push(Buffer.concat([u32(bytes.length), bytes]))
    return bytes
  }
  const records = Array.from({ length: recordCount }, next)
  const chunks = Array.from({ length: chunkCount }, next)
  const signer = log.keys.get(read.take(16).toString('hex')) ?? Buffer.alloc(32)
  const statement = Buffer.concat([Buffer.from('holdfast backup v1'), sha256(...parts.map((part) => sha256(part)))])
  check(verify(null, statement, publicKey('Ed25519', signer), read.rest()), 'signature of the backup')

  const entropy = entropyOf(words)
  const own = publicBytes(createPublicKey(privateKey(0x70, hkdf(entropy, 'holdfast recovery v1 sign'))))
  check(idOf(own).equals(log.recovery), 'words of this account')
  const aad = Buffer.concat([account, u32(epoch), idOf(own)])
  const secret = hkdf(entropy, 'holdfast recovery v1 exchange')
  let key: Buffer = openWrapped(secret, wrapped, Buffer.from('holdfast epoch key v1'), aad)
  const keys = new Map<number, Buffer>([[epoch, key]])
  for (let at = epoch; at > 1; at -= 1) {
    const before = log.epochs[at - 1]?.before ?? Buffer.alloc(0)
    key = open(hkdf(key, 'holdfast epoch before v1'), before, Buffer.concat([account, u32(at)]))
    keys.set(at - 1, key)
  }
  const itemKey = (of: number, item: Buffer): Buffer =>
    hkdf(keys.get(of) ?? Buffer.alloc(32), Buffer.concat([Buffer.from('holdfast item v1'), item]))

  const items = records.map((record) => {
    const [header, sealed] = [record.subarray(0, 110), record.subarray(110, -64)]
    const signed = Buffer.concat([Buffer.from('holdfast record v1'), header, sha256(sealed)])
    check(verify(null, signed, publicKey('Ed25519', signer), record.subarray(-64)), 'signature of a record')
    const item = header.subarray(37, 53)
    const content = cursor(cursor(open(itemKey(header.readUInt32BE(33), item), sealed, header)).sized())
    content.take(36)
    for (let left = content.number(2); left > 0; left -= 1) content.take(56)
    return { kind: header[109], item, name: content.sized().toString(), body: content.rest() }
  })
  const openChunk = (item: Buffer, of: number, index: number, count: number, sealed: Buffer): Buffer =>
    open(
      itemKey(of, item),
      sealed,
      Buffer.concat([Buffer.from('holdfast blob v1'), account, item, u32(index), u32(count)]),
    )
  return { time, items, chunks, openChunk }
}
