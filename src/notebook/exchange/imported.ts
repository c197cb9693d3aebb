import type { WholeAttachment } from '../attachment.ts'
import type { Note } from '../note.ts'

/** What a file brings: notes and what belongs to them. */
export type Imported = {
  readonly notes: readonly Note[]
  readonly files: readonly WholeAttachment[]
  /** Names of what was left out, because it is nothing that a notebook takes. */
  readonly left: readonly string[]
}

/** Why a file cannot be imported. */
export type ImportErrorCode =
  | 'IMPORT_TOO_LARGE'
  | 'IMPORT_DAMAGED'
  | 'IMPORT_UNKNOWN'
  | 'IMPORT_NEWER'
  | 'IMPORT_CANCELLED'

/** A file that cannot be imported, with a stable `code`. Nothing was stored of it. */
export class ImportError extends Error {
  override readonly name = 'ImportError'
  readonly code: ImportErrorCode

  constructor(code: ImportErrorCode, cause?: unknown) {
    super(code, { cause })
    this.code = code
  }
}

/** What one import may unfold to at most, in bytes: a small file can claim to hold anything. */
export const MOST_BYTES = 1024 ** 3
/** One file in it. */
export const MOST_FILE = 256 * 1024 ** 2
/** How many files there may be in it. */
export const MOST_FILES = 100_000
/** How long a note may be, in characters. What is longer comes as a file. */
export const LONGEST_NOTE = 2_000_000
