import { createHash, createPublicKey, verify } from 'node:crypto'
import { decodeLogEntry, type LogEntry, recoveryStatement, type SignedLogEntry } from '../../src/sync/wire/log-entry.ts'

const sha256 = (...parts: readonly (string | Uint8Array)[]): Buffer => {
  const hash = createHash('sha256')
  for (const part of parts) hash.update(part)
  return hash.digest()
}

/** What a device is called in the log and in records: base64url, of its Ed25519 key (docs/sync.md, "Device log"). */
export const syncDeviceId = (signKey: Uint8Array): string =>
  sha256('holdfast device v1', signKey).subarray(0, 16).toString('base64url')

export type IsSigned = (bytes: Uint8Array, signature: Uint8Array) => Promise<boolean>

/** Checks signatures of one Ed25519 key, beside what else is to do; where it is none, nothing is signed by it. */
export const signaturesOf = (signKey: Uint8Array): IsSigned => {
  try {
    const x = Buffer.from(signKey).toString('base64url')
    const key = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x }, format: 'jwk' })
    return (bytes, signature) => {
      const { promise, resolve } = Promise.withResolvers<boolean>()
      verify(null, bytes, key, signature, (error, isSigned) => resolve(error === null && isSigned))
      return promise
    }
  } catch {
    return async () => false
  }
}

/** Who may sign the next entry: keys by id. */
type Signers = ReadonlyMap<string, Uint8Array>

const recovery = 'recovery'

const signersAfter = (signers: Signers, { action }: LogEntry): Signers => {
  const next = new Map(signers)
  if (action.type === 'open' || action.type === 'add')
    next.set(syncDeviceId(action.device.signKey), action.device.signKey)
  if (action.type === 'revoke') next.delete(Buffer.from(action.last.device).toString('base64url'))
  if (action.type === 'recovery') next.set(recovery, action.signKey)
  return next
}

const keyOf = (signers: Signers, signer: string): Uint8Array | undefined => {
  const last = signers.get(recovery)
  return last !== undefined && syncDeviceId(last) === signer ? last : signers.get(signer)
}

/**
 * Whether an entry goes on from a log and is signed by who may. Devices check far more, and do not rely on this: it keeps whoever
 * has got hold of a session from making the log of an account unusable.
 */
export const followsLog = async (
  log: readonly string[],
  { entry, body, signature }: SignedLogEntry,
): Promise<boolean> => {
  const before = log.map((text) => decodeLogEntry(Buffer.from(text, 'base64url')))
  const last = before.at(-1)
  const prev = last === undefined ? Buffer.alloc(32) : sha256(last.body)
  if (entry.index !== before.length || !prev.equals(entry.prev)) return false
  if ((entry.action.type === 'open') !== (before.length === 0)) return false
  const start: Signers = before.length === 0 ? signersAfter(new Map(), entry) : new Map()
  const signers = before.reduce((found, one) => signersAfter(found, one.entry), start)
  const { action } = entry
  if (action.type === 'recovery') {
    const account = new Uint8Array(sha256(before[0]?.body ?? ''))
    const statement = recoveryStatement(account, entry.index, entry.prev)
    if (!(await signaturesOf(action.signKey)(statement, action.proof))) return false
  }
  const key = keyOf(signers, Buffer.from(entry.signer).toString('base64url'))
  return key !== undefined && signaturesOf(key)(body, signature)
}

/** The hash that names an entry. */
export const entryHash = ({ body }: SignedLogEntry): string => sha256(body).toString('base64url')

export { sha256 }
