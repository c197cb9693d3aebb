import type { Bytes } from '../attachment.ts'

/** A file that stood in a page itself. The text of the page refers to it as `attachment:<id>`. */
export type Embedded = { readonly id: string; readonly name: string; readonly type: string; readonly bytes: Bytes }

/** What a page of Holdfast's own says of a note. Times are milliseconds since 1970. */
export type AboutNote = {
  readonly title: string
  readonly tags: readonly string[]
  readonly createdAt: number | undefined
  readonly updatedAt: number | undefined
}

/** One note of a page, read as Markdown. */
export type PageRead = {
  readonly markdown: string
  /** Undefined where the page was made by another. */
  readonly about: AboutNote | undefined
  readonly embedded: readonly Embedded[]
}

/** Reads HTML, of which nothing runs and nothing is asked of other sites. */
export type ReadPages = (html: string) => Promise<readonly PageRead[]>
