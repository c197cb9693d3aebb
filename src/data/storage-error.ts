/**
 * Why notes could not be stored or read. `STORAGE_CLOSED`: another tab or the browser took the database away;
 * `STORAGE_NEWER`: a newer version has written it, and this one may only read.
 */
export type StorageErrorCode =
  | 'STORAGE_NEWER'
  | 'STORAGE_FULL'
  | 'STORAGE_CLOSED'
  | 'STORAGE_BLOCKED'
  | 'STORAGE_FAILED'

/** A failure of the local database, with a stable `code`. The text of notes never is part of it. */
export class StorageError extends Error {
  override readonly name = 'StorageError'
  readonly code: StorageErrorCode

  constructor(code: StorageErrorCode, cause?: unknown) {
    super(code, { cause })
    this.code = code
  }
}

const codes: Readonly<Record<string, StorageErrorCode>> = {
  QuotaExceededError: 'STORAGE_FULL',
  DatabaseClosedError: 'STORAGE_CLOSED',
  VersionChangeError: 'STORAGE_CLOSED',
  VersionError: 'STORAGE_CLOSED',
  OpenFailedError: 'STORAGE_BLOCKED',
  MissingAPIError: 'STORAGE_BLOCKED',
  SecurityError: 'STORAGE_BLOCKED',
  InvalidStateError: 'STORAGE_BLOCKED',
}

type Named = { readonly name: string; readonly inner?: unknown; readonly failures?: readonly unknown[] }

const isNamed = (value: unknown): value is Named =>
  typeof value === 'object' && value !== null && 'name' in value && typeof value.name === 'string'

/** The names of a thrown value and of what is wrapped in it, innermost first: the innermost knows best. */
const namesOf = (thrown: unknown, depth = 0): readonly string[] => {
  if (!isNamed(thrown) || depth > 4) return []
  const wrapped = [thrown.inner, ...(Array.isArray(thrown.failures) ? thrown.failures : [])]
  return [...wrapped.flatMap((inner) => namesOf(inner, depth + 1)), thrown.name]
}

/** Any thrown value of the database as a `StorageError`. */
export const toStorageError = (thrown: unknown): StorageError => {
  if (thrown instanceof StorageError) return thrown
  const code = namesOf(thrown).flatMap((name) => codes[name] ?? [])[0]
  return new StorageError(code ?? 'STORAGE_FAILED', thrown)
}

/** Whatever a piece of work on the database rejects with, as a `StorageError`. */
export const typed = async <T>(work: PromiseLike<T>): Promise<T> => {
  try {
    return await work
  } catch (thrown) {
    throw toStorageError(thrown)
  }
}
