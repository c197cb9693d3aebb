import type { WholeAttachment } from '../attachment.ts'
import type { Note } from '../note.ts'

/** What a file brings: notes and what belongs to them. */
export type Imported = {
  readonly notes: readonly Note[]
  readonly files: readonly WholeAttachment[]
  readonly left: readonly Left[]
}

/**
 * Why something was left out. `IMPORT_UNLINKED`: it is no note, and none names it; `IMPORT_NESTED`: a package in a package;
 * `IMPORT_NO_TEXT`: it is called a text and is none; `IMPORT_NAME`: its name leads out of its folder, or is none;
 * `IMPORT_CUT_OFF`: the file ends in the middle of it; `IMPORT_ORPHAN`: its note is not there; `IMPORT_UNREADABLE`: nobody can
 * read it.
 */
export type LeftReason =
  | Exclude<ImportErrorCode, 'IMPORT_CANCELLED'>
  | 'IMPORT_UNLINKED'
  | 'IMPORT_NESTED'
  | 'IMPORT_NO_TEXT'
  | 'IMPORT_NAME'
  | 'IMPORT_CUT_OFF'
  | 'IMPORT_ORPHAN'
  | 'IMPORT_UNREADABLE'

/** Something that could not be taken in. */
export type Left = { readonly name: string; readonly reason: LeftReason }

const codes = [
  'IMPORT_TOO_LARGE',
  'IMPORT_DAMAGED',
  'IMPORT_UNKNOWN',
  'IMPORT_NEWER',
  'IMPORT_UNSAFE',
  'IMPORT_CANCELLED',
] as const

/** Why a file cannot be imported. */
export type ImportErrorCode = (typeof codes)[number]

export const isImportErrorCode = (code: string): code is ImportErrorCode => codes.some((one) => one === code)

/** A file that cannot be imported, with a stable `code`. Nothing was stored of it. */
export class ImportError extends Error {
  override readonly name = 'ImportError'
  readonly code: ImportErrorCode

  constructor(code: ImportErrorCode, cause?: unknown) {
    super(code, { cause })
    this.code = code
  }
}

/** Why something was left out, where reading it has thrown this. */
export const reasonOf = (thrown: unknown): LeftReason =>
  thrown instanceof ImportError && thrown.code !== 'IMPORT_CANCELLED' ? thrown.code : 'IMPORT_UNREADABLE'

/** What one import may unfold to at most, in bytes: a small file can claim to hold anything. */
export const MOST_BYTES = 1024 ** 3
/** One file in it. */
export const MOST_FILE = 256 * 1024 ** 2
/** How many files there may be in it. */
export const MOST_FILES = 100_000
/** How long a note may be, in characters. What is longer comes as a file. */
export const LONGEST_NOTE = 2_000_000
