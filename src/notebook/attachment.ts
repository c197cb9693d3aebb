import type { Bytes } from '../base/bytes.ts'
import type { FileKind, Kinds } from './listing.ts'

/** A file that belongs to a note. Its text refers to it as `attachment:<id>`. Times are milliseconds since 1970. */
export type Attachment = {
  readonly id: string
  readonly noteId: string
  /** The name it is saved under, with its ending. */
  readonly name: string
  /** Its media type. */
  readonly type: string
  /** In bytes. */
  readonly size: number
  readonly createdAt: number
  /** What can be read in it, for search: the text of a document. */
  readonly text: string
  /** How long a recording is, in seconds; null where that is not known, or means nothing. */
  readonly duration: number | null
}

export type { Bytes }

/** An attachment with what is in it. */
export type WholeAttachment = { readonly attachment: Attachment; readonly bytes: Bytes }

/** How the text of a note refers to an attachment. */
export const attachmentAddress = (id: string): string => `attachment:${id}`

/** What a browser shows as a picture, and never runs. */
export const isPicture = (type: string): boolean => /^image\/(?:png|jpeg|gif|webp|avif)$/u.test(type)
export const isRecording = (type: string): boolean => type.startsWith('audio/')

export const kindOf = ({ type }: Pick<Attachment, 'type'>): FileKind => {
  if (isPicture(type)) return 'picture'
  return isRecording(type) ? 'recording' : 'document'
}

/** What lists and search know of the files, by the ids of their notes. */
export type FileFacts = { readonly kinds: Kinds; readonly texts: ReadonlyMap<string, string> }

export const noFiles: FileFacts = { kinds: new Map(), texts: new Map() }

export const factsOf = (files: readonly Attachment[]): FileFacts => {
  const kinds = new Map<string, Set<FileKind>>()
  const texts = new Map<string, string>()
  for (const file of files) {
    kinds.set(file.noteId, (kinds.get(file.noteId) ?? new Set()).add(kindOf(file)))
    texts.set(file.noteId, [texts.get(file.noteId) ?? '', file.name, file.text].join('\n'))
  }
  return { kinds, texts }
}
