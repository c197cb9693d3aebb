import { calculatePKCECodeChallenge } from 'oauth4webapi'
import { type Bytes, fromBase64url, fromUtf8, toBase64url, utf8 } from '../../../src/base/bytes.ts'
import { associatedData, openRecord, sealRecord } from '../../../src/crypto/envelope.ts'
import vector from '../../vectors/envelope.json' with { type: 'json' }
import { runStandardVectors } from './standard-vectors.ts'
import { runSyncVectors } from './sync-vectors.ts'

const decode = (text: string): Bytes => fromBase64url(text) ?? new Uint8Array()

/** What this runtime makes of the vectors; compared with what is frozen. */
export const runVectors = async () => {
  const key = await crypto.subtle.importKey('raw', decode(vector.key), 'AES-GCM', false, ['encrypt', 'decrypt'])
  const opened = await openRecord(key, vector.label, decode(vector.record))
  const changed = decode(vector.record)
  changed[20] = (changed[20] ?? 0) ^ 1
  return {
    associatedData: toBase64url(associatedData(vector.label)),
    record: toBase64url(await sealRecord(key, vector.label, decode(vector.plaintext), decode(vector.iv))),
    plaintext: opened === undefined ? undefined : toBase64url(opened),
    changed: (await openRecord(key, vector.label, changed)) === undefined,
    moved: (await openRecord(key, { ...vector.label, provider: 'other' }, decode(vector.record))) === undefined,
    challenge: await calculatePKCECodeChallenge('dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk'),
    text: fromUtf8(utf8('ä€😀')),
    sync: await runSyncVectors(),
    wrong: await runStandardVectors(),
  }
}
