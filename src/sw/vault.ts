import { type Bytes, fromUtf8, toBase64url, utf8 } from '../base/bytes.ts'
import { reveal, Secret } from '../base/secret.ts'
import { createDeviceSigningKey, devicePublicKey, signAsDevice, type WrappedDeviceKey } from '../crypto/device-keys.ts'
import { createDpopKey, unwrapDpopKey } from '../crypto/dpop-key.ts'
import { openRecord, sealRecord } from '../crypto/envelope.ts'
import { createExchangeKey, unwrapExchangeKey, type WrappedExchangeKey } from '../crypto/exchange-key.ts'
import { unwrapSigningKey } from '../crypto/signing-key.ts'
import { createDeviceKey, deriveVaultKeys, type VaultKeys } from '../crypto/vault-key.ts'
import type { Grade } from '../protocol/messages.ts'
import { decodeRecord, type RecordKind, type Records, type WrappedDpopKey } from './records.ts'
import type { Change, Store } from './store.ts'

/** What reading gives: nothing there, something that does not open, or the record. */
export type Found<T> =
  | { readonly at: 'absent' }
  | { readonly at: 'unreadable' }
  | { readonly at: 'here'; readonly value: T }

/** One change of a record; `value: undefined` removes it. `provider` is empty for what belongs to none. */
export type RecordChange = {
  readonly [K in RecordKind]: { readonly kind: K; readonly provider: string; readonly value: Records[K] | undefined }
}[RecordKind]

/** The only reader and writer of tokens at rest. */
export type Vault = {
  readonly grade: Grade
  read<K extends RecordKind>(kind: K, provider: string): Promise<Found<Records[K]>>
  /**
   * All changes or none, in the order of the calls; on the disk before it resolves. Nothing is done where `still` is false
   * when the turn has come. Rejects with a DOMException where the browser cannot store.
   */
  commit(changes: readonly RecordChange[], still?: () => boolean): Promise<void>
  /** Changes the record of this device as it is when its turn has come; False where there is none that opens. */
  reviseDevice(provider: string, next: (device: Records['device']) => Records['device']): Promise<boolean>
  /** A name that a page cannot guess: HMAC of `purpose` under a key of the vault. */
  secretName(purpose: string): Promise<string>
  createDpopKey(accepted: readonly string[]): Promise<WrappedDpopKey>
  unwrapDpopKey(key: WrappedDpopKey): Promise<CryptoKeyPair>
  /** Rejects with a DOMException where this browser has no Ed25519. */
  createDeviceKey(): Promise<WrappedDeviceKey>
  publicKeyOf(key: WrappedDeviceKey): string
  /** Rejects with a DOMException where this browser has no X25519. */
  createExchangeKey(): Promise<WrappedExchangeKey>
  signAsDevice(key: WrappedDeviceKey, text: string): Promise<string>
  /** The Ed25519 pair of this device, whose private half signs and cannot be exported. */
  unwrapDeviceKey(key: WrappedDeviceKey): Promise<CryptoKeyPair>
  /** The X25519 pair of this device, whose private half derives and cannot be exported. */
  unwrapExchangeKey(key: WrappedExchangeKey): Promise<CryptoKeyPair>
  /** Seals bytes that are kept elsewhere, under a name. */
  seal(name: string, bytes: Bytes): Promise<Bytes>
  /** Undefined where they were not sealed under this name in this vault. */
  open(name: string, sealed: Bytes): Promise<Bytes | undefined>
}

const DEVICE_KEY = 'device'

const isDeviceKey = (value: unknown): value is CryptoKey =>
  value instanceof CryptoKey && value.algorithm.name === 'HMAC' && !value.extractable && value.usages.includes('sign')

/** The device key of this profile. A missing or foreign one is replaced: what it sealed then says "sign in again". */
const loadDeviceKey = async (store: Store): Promise<CryptoKey> => {
  const found = await store.read('keys', DEVICE_KEY)
  if (isDeviceKey(found)) return found
  const made = await createDeviceKey()
  await store.commit([{ store: 'keys', name: DEVICE_KEY, value: made }])
  return made
}

/** JSON of a record for the vault alone: the one place where secrets become text. */
const encodeRecord = (record: unknown): string =>
  JSON.stringify(record, function (key, value) {
    // `this` still has the value as it was before toJSON made "[secret]" of it.
    const raw: unknown = Reflect.get(this, key)
    if (raw instanceof Secret) return reveal(raw)
    return raw instanceof Uint8Array ? toBase64url(raw) : value
  })

const recordName = (kind: RecordKind, provider: string): string => (provider === '' ? kind : `${kind}/${provider}`)

/** Opens the vault: `share` is used here and kept nowhere else. Rejects where the store gives nothing. */
export const openVault = async (store: Store, share: Secret<Bytes>, grade: Grade): Promise<Vault> => {
  const keys: VaultKeys = await deriveVaultKeys(await loadDeviceKey(store), reveal(share))
  const label = (kind: RecordKind, provider: string) => ({ name: recordName(kind, provider), grade, provider })

  const toChange = async (change: RecordChange): Promise<Change> => {
    const { kind, provider, value } = change
    const name = recordName(kind, provider)
    if (value === undefined) return { store: 'records', name, value: undefined }
    const sealed = await sealRecord(keys.record, label(kind, provider), utf8(encodeRecord(value)))
    return { store: 'records', name, value: sealed }
  }

  let queue: Promise<void> = Promise.resolve()
  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const turn = queue.then(work)
    queue = turn.then(
      () => undefined,
      () => undefined,
    )
    return turn
  }
  const read: Vault['read'] = async (kind, provider) => {
    const stored = await store.read('records', recordName(kind, provider))
    if (stored === undefined) return { at: 'absent' }
    if (!(stored instanceof Uint8Array)) return { at: 'unreadable' }
    const plaintext = await openRecord(keys.record, label(kind, provider), new Uint8Array(stored))
    if (plaintext === undefined) return { at: 'unreadable' }
    const value = decodeRecord(kind, fromUtf8(plaintext))
    return value === undefined ? { at: 'unreadable' } : { at: 'here', value }
  }

  return {
    grade,
    read,
    commit: (changes, still = () => true) =>
      inTurn(async () => {
        const sealed = await Promise.all(changes.map(toChange))
        if (still()) await store.commit(sealed)
      }),
    reviseDevice: (provider, next) =>
      inTurn(async () => {
        const found = await read('device', provider)
        if (found.at !== 'here') return false
        await store.commit([await toChange({ kind: 'device', provider, value: next(found.value) })])
        return true
      }),
    async secretName(purpose) {
      return toBase64url(new Uint8Array(await crypto.subtle.sign('HMAC', keys.name, utf8(purpose))))
    },
    createDpopKey: (accepted) => createDpopKey(keys.record, accepted),
    unwrapDpopKey: (key) => unwrapDpopKey(keys.record, key),
    createDeviceKey: () => createDeviceSigningKey(keys.record),
    publicKeyOf: devicePublicKey,
    createExchangeKey: () => createExchangeKey(keys.record),
    signAsDevice: (key, text) => signAsDevice(keys.record, key, text),
    unwrapDeviceKey: (key) => unwrapSigningKey(keys.record, key),
    unwrapExchangeKey: (key) => unwrapExchangeKey(keys.record, key),
    seal: (name, bytes) => sealRecord(keys.record, { name, grade, provider: '' }, bytes),
    open: (name, sealed) => openRecord(keys.record, { name, grade, provider: '' }, sealed),
  }
}
