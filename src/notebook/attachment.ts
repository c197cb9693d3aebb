/** A file that belongs to a note. Its text refers to it as `attachment:<id>`. Times are milliseconds since 1970. */
export type Attachment = {
  readonly id: string
  readonly noteId: string
  /** The name it is saved under, with its ending. */
  readonly name: string
  /** Its media type. */
  readonly type: string
  readonly createdAt: number
  readonly bytes: Uint8Array<ArrayBuffer>
}

/** How the text of a note refers to an attachment. */
export const attachmentAddress = (id: string): string => `attachment:${id}`
