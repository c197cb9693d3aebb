import { TransportError } from '../src/sync/ports.ts'
import { SyncFault } from '../src/sync/wire/faults.ts'
import { Failure, type FailureCode } from './failure.ts'

/** What whoever typed the command is told of what went wrong. */
export type Told = { readonly code: string; readonly message: string }

const codes = {
  unavailable: 'SERVER_UNAVAILABLE',
  'signed-out': 'SESSION_ENDED',
  removed: 'DEVICE_REMOVED',
  full: 'SYNC_FULL',
  conflict: 'SYNC_REFUSED',
  refused: 'SYNC_REFUSED',
} as const satisfies Readonly<Record<TransportError['problem']['type'], FailureCode>>

/** A full disk, a lock that nobody gives up, a folder that cannot be written. */
const isOfStorage = (thrown: unknown): boolean =>
  thrown instanceof Error &&
  'code' in thrown &&
  /^(ERR_SQLITE|ENOSPC|EACCES|EROFS|EDQUOT|EIO)/.test(String(thrown.code))

const failureOf = (thrown: unknown): Failure => {
  if (thrown instanceof Failure) return thrown
  if (thrown instanceof TransportError) {
    return thrown.cause instanceof Failure ? thrown.cause : new Failure(codes[thrown.problem.type])
  }
  return new Failure(isOfStorage(thrown) ? 'STORAGE_FAILED' : 'SERVER_UNAVAILABLE')
}

export const toldOf = (thrown: unknown): Told => {
  if (thrown instanceof SyncFault) {
    const { code, message } = thrown
    const next = code === 'ROLLED_BACK' ? 'To send them anew: holdfast sync upload' : 'Ask who runs the server.'
    return { code, message: `${message} Nothing of it was taken in, and your notes are safe on this machine. ${next}` }
  }
  const { code, message, about } = failureOf(thrown)
  return { code, message: about === undefined ? message : `${message} At: ${about}.` }
}
