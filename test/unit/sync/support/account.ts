import { type Bytes, toBase64url } from '../../../../src/base/bytes.ts'
import {
  type DeviceLog,
  epochOf,
  extendLog,
  memoryOf,
  recoveryAction,
  writeLogEntry,
} from '../../../../src/crypto/device-log.ts'
import { commitmentOf, createKeyring, newEpochKey, sealBefore } from '../../../../src/crypto/epoch-key.ts'
import { deviceIdOf, type Sign, signWith } from '../../../../src/crypto/primitives.ts'
import { newRecoveryWords, readRecoveryWords, recoveryKeyOf } from '../../../../src/crypto/recovery-key.ts'
import type { ChainEnd } from '../../../../src/sync/ports.ts'
import type { LogAction, LogDevice } from '../../../../src/sync/wire/log-entry.ts'

export const raw = async (key: CryptoKey): Promise<Bytes> => new Uint8Array(await crypto.subtle.exportKey('raw', key))

const pairOf = async (name: 'Ed25519' | 'X25519'): Promise<CryptoKeyPair> => {
  const made = await crypto.subtle.generateKey(name, true, name === 'Ed25519' ? ['sign', 'verify'] : ['deriveBits'])
  if (!('privateKey' in made)) throw new Error('One key is no pair.')
  return made
}

/** What lies beside the key of a device, in memory. */
const newChain = () => {
  const none: ChainEnd = { seq: 0, hash: new Uint8Array(32) }
  const ends = new Map<string, ChainEnd>()
  return {
    end: async (account: Bytes) => ends.get(toBase64url(account)) ?? none,
    async advance(account: Bytes, { seq, hash }: ChainEnd) {
      ends.set(toBase64url(account), { seq, hash })
    },
    reset: () => ends.clear(),
  }
}

/** A device with its keys. */
export const newDevice = async (name: string) => {
  const [signing, exchange] = [await pairOf('Ed25519'), await pairOf('X25519')]
  const [signKey, exchangeKey] = [await raw(signing.publicKey), await raw(exchange.publicKey)]
  const device: LogDevice = { signKey, exchangeKey, name, platform: 'Linux' }
  return { id: await deviceIdOf(signKey), sign: signWith(signing.privateKey), exchange, device, chain: newChain() }
}

export type TestDevice = Awaited<ReturnType<typeof newDevice>>

export type Signer = { readonly id: Bytes; readonly sign: Sign }

/** An account with its first device and the keys of its epochs; what it does goes into its log. */
export const newAccount = async (name = 'First') => {
  const first = await newDevice(name)
  const keys = new Map([[1, newEpochKey()]])
  const entries: Bytes[] = []
  let log: DeviceLog | undefined
  let clock = 1_800_000_000_000

  const now = (): DeviceLog => {
    if (log === undefined) throw new Error('The log is not open.')
    return log
  }
  const keyOf = (epoch: number): Bytes => keys.get(epoch) ?? new Uint8Array(32)
  const act = async (action: LogAction, signer: Signer = first): Promise<Bytes> => {
    clock += 1000
    const entry = await writeLogEntry(log, action, signer, clock)
    log = await extendLog(log, entry)
    entries.push(entry)
    return entry
  }
  await act({ type: 'open', device: first.device, commitment: await commitmentOf(keyOf(1)) })

  return {
    first,
    keys,
    entries,
    act,
    keyOf,
    log: now,
    keyring: () => createKeyring(now().account, keys),
    async add(name: string, signer?: Signer) {
      const device = await newDevice(name)
      await act({ type: 'add', device: device.device }, signer)
      return device
    },
    async rotate(signer?: Signer) {
      const epoch = epochOf(now()) + 1
      const key = newEpochKey()
      keys.set(epoch, key)
      const sealedBefore = await sealBefore(now().account, epoch, key, keyOf(epoch - 1))
      await act({ type: 'rotate', epoch, commitment: await commitmentOf(key), sealedBefore }, signer)
    },
    async addRecovery(words = newRecoveryWords()) {
      const entropy = readRecoveryWords(words)
      if (!entropy.ok) throw new Error('These are no words of recovery.')
      const recovery = await recoveryKeyOf(entropy.value)
      await act(await recoveryAction(now(), recovery))
      return { words, recovery }
    },
    view: () => {
      const { length: logLength, head: logHead } = memoryOf(now())
      return { logLength, logHead, heads: [] }
    },
  }
}

export type TestAccount = Awaited<ReturnType<typeof newAccount>>

/** What a promise was refused with: the name of the misdeed. */
export const faultOf = async (promise: Promise<unknown>): Promise<string> => {
  try {
    await promise
    return 'none'
  } catch (error) {
    return error instanceof Error && 'code' in error ? String(error.code) : String(error)
  }
}

export const flipped = (bytes: Uint8Array, bit: number): Bytes => {
  const changed = new Uint8Array(bytes)
  changed[bit >> 3] = (changed[bit >> 3] ?? 0) ^ (1 << (bit & 7))
  return changed
}
