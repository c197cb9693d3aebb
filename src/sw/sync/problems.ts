import { StorageError } from '../../data/storage-error.ts'
import { HoldfastError } from '../../protocol/errors.ts'
import type { SyncProblem } from '../../protocol/sync-state.ts'
import { TransportError } from '../../sync/ports.ts'
import { SyncFault } from '../../sync/wire/faults.ts'

const ofTransport = ({ problem }: TransportError): SyncProblem => {
  switch (problem.type) {
    case 'unavailable':
      return { type: 'offline', code: 'SYNC_UNREACHABLE' }
    case 'signed-out':
    case 'removed':
      return { type: problem.type, code: 'SESSION_EXPIRED' }
    case 'full':
      return { type: 'full', code: 'QUOTA_EXCEEDED' }
    case 'conflict':
    case 'refused':
      return { type: 'server-false', code: 'SYNC_REFUSED' }
  }
}

/** Why an exchange did not come to its end. */
export const problemOf = (thrown: unknown): SyncProblem => {
  if (thrown instanceof TransportError) return ofTransport(thrown)
  if (thrown instanceof SyncFault) {
    return { type: thrown.code === 'ROLLED_BACK' ? 'server-lost' : 'server-false', code: thrown.code }
  }
  if (thrown instanceof HoldfastError) return { type: 'signed-out', code: thrown.code }
  return { type: 'storage', code: thrown instanceof StorageError ? thrown.code : 'STORAGE_FAILED' }
}

/** The same as an error that a page is told. */
export const toError = (thrown: unknown): HoldfastError => {
  if (thrown instanceof HoldfastError) return thrown
  const { type } = problemOf(thrown)
  const code =
    type === 'offline'
      ? 'SYNC_UNREACHABLE'
      : type === 'signed-out' || type === 'removed'
        ? 'SESSION_EXPIRED'
        : type === 'storage'
          ? 'INTERNAL'
          : 'SYNC_FALSE'
  return new HoldfastError(code, { cause: thrown })
}
