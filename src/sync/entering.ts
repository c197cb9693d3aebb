import { anchorOf, type LogAnchor } from '../crypto/device-log.ts'
import { deviceIdOf } from '../crypto/primitives.ts'
import { type RecoveryKey, readRecoveryWords, recoveryKeyOf, type WordsProblem } from '../crypto/recovery-key.ts'
import { addEntry, isIn, type LogSource, letIn, readServerLog, type ServerLog } from './account.ts'
import { type EpochKeys, type Identity, unwrapKeys } from './keys.ts'
import { sameBytes } from './wire/codec.ts'
import { SyncFault } from './wire/faults.ts'

type Read = { readonly key: RecoveryKey } | { readonly key?: undefined; readonly problem: WordsProblem }

/** The recovery key of words as a person has typed them. */
export const readKit = async (words: string): Promise<Read> => {
  const entropy = readRecoveryWords(words)
  return entropy.ok ? { key: await recoveryKeyOf(entropy.value) } : { problem: entropy.error }
}

export type Entered = { readonly server: ServerLog; readonly keys: EpochKeys }

/**
 * Lets this device in by the words of recovery; undefined where those are of another account, or of an earlier kit. `time`:
 * milliseconds since 1970. Throws `SyncFault` where the server lies.
 */
export const enterByKit = async (
  source: LogSource,
  self: Identity,
  kit: RecoveryKey,
  time: number,
): Promise<Entered | undefined> => {
  const server = await readServerLog(source)
  if (server?.log.recovery === undefined || !sameBytes(server.log.recovery.id, kit.id)) return undefined
  const keys = await unwrapKeys(server.log, server.wraps, kit)
  await addEntry(source, (now) => letIn(now, keys, { ...self.about, id: self.id }, kit, time))
  return { server, keys }
}

/** A device at the end of its pairing: its public keys, 32 bytes each. */
export type PairedDevice = Identity['about']

/** Lets a device in that this one has paired with. Answers where the log stands then. */
export const admitPaired = async (
  source: LogSource,
  keys: EpochKeys,
  self: Identity,
  device: PairedDevice,
  time: number,
): Promise<LogAnchor> => {
  const id = await deviceIdOf(device.signKey)
  await addEntry(source, (server) => letIn(server, keys, { ...device, id }, self, time))
  const server = await readServerLog(source)
  if (server === undefined || !isIn(server.log, id)) throw new SyncFault('LOG_ROLLED_BACK')
  return anchorOf(server.log)
}
