import type { Attachment, Bytes } from '../../notebook/attachment.ts'
import { safeName } from '../../notebook/exchange/attachment-paths.ts'
import { toMarkdown } from '../../notebook/exchange/front-matter.ts'
import { jsonParts } from '../../notebook/exchange/json.ts'
import { createZip } from '../../notebook/exchange/zip.ts'
import type { Note } from '../../notebook/note.ts'
import type { Markup } from '../markdown/markup.ts'
import { createPieces } from './pieces.ts'

export type ExportFormat = 'markdown' | 'json' | 'html'

/** A file for the person, and how many attachments were too large for it. */
export type Exported = { readonly file: File; readonly tooLarge: number }

export type ExportSource = {
  readonly notes: readonly Note[]
  /** The files of these notes. */
  readonly files: readonly Attachment[]
  readonly bytesOf: (file: Attachment) => Promise<Bytes>
  /** Called often, with how much is done: it gives way to what else the page has to do. */
  readonly step: (done: number) => Promise<void>
  readonly write: Markup['write']
}

const byNote = (files: readonly Attachment[]): ((note: Note) => readonly Attachment[]) => {
  const grouped = Map.groupBy(files, ({ noteId }) => noteId)
  return ({ id }) => grouped.get(id) ?? []
}

const writeZip = async ({ notes, files, bytesOf, step }: ExportSource): Promise<readonly BlobPart[]> => {
  const pieces = createPieces()
  const zip = createZip(pieces.add)
  const filesOf = byNote(files)
  const total = notes.length + files.length
  for (const [at, note] of notes.entries()) {
    await step(at / total)
    zip.note(note, filesOf(note))
  }
  for (const [at, attachment] of files.entries()) {
    await step((notes.length + at) / total)
    zip.file({ attachment, bytes: await bytesOf(attachment) })
  }
  zip.end(files)
  return pieces.all()
}

const writeJson = async ({ notes, files, bytesOf, step }: ExportSource): Promise<readonly BlobPart[]> => {
  const pieces = createPieces()
  pieces.add(jsonParts.start)
  const total = notes.length + files.length
  for (const [at, note] of notes.entries()) {
    await step(at / total)
    pieces.add(jsonParts.note(note, at === 0))
  }
  pieces.add(jsonParts.between)
  for (const [at, attachment] of files.entries()) {
    for (const piece of jsonParts.file({ attachment, bytes: await bytesOf(attachment) }, at === 0)) {
      await step((notes.length + at) / total)
      pieces.add(piece)
    }
  }
  pieces.add(jsonParts.end)
  return pieces.all()
}

const writeHtml = (source: ExportSource, title: string) => {
  const { notes, files, bytesOf, step } = source
  let begun = 0
  const count = (note?: Note): Promise<void> => {
    if (note !== undefined) begun += 1
    return step((begun - 1) / notes.length)
  }
  return source.write({ title, notes, filesOf: byNote(files), bytesOf, step: count })
}

const types = { markdown: 'application/zip', json: 'application/json', html: 'text/html' } as const
const endings = { markdown: 'zip', json: 'json', html: 'html' } as const

/** Writes notes with what is attached to them as one file. `name`: without its ending. */
export const writeExport = async (
  source: ExportSource,
  format: ExportFormat,
  { name, title }: { readonly name: string; readonly title: string },
): Promise<Exported> => {
  const fileOf = (parts: readonly BlobPart[]): File =>
    new File([...parts], `${name}.${endings[format]}`, { type: types[format] })
  if (format === 'html') {
    const { parts, tooLarge } = await writeHtml(source, title)
    return { file: fileOf(parts), tooLarge }
  }
  return { file: fileOf(await (format === 'json' ? writeJson : writeZip)(source)), tooLarge: 0 }
}

/** One note as a Markdown file, or as a zip where something is attached to it. */
export const writeMarkdown = async (source: ExportSource, note: Note, otherwise: string): Promise<Exported> => {
  const name = safeName(note.title, otherwise)
  if (source.files.length > 0) return writeExport(source, 'markdown', { name, title: note.title })
  return { file: new File([toMarkdown(note)], `${name}.md`, { type: 'text/markdown' }), tooLarge: 0 }
}
