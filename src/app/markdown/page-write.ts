import { toBase64 } from '../../base/bytes.ts'
import { type Attachment, type Bytes, isPicture, isRecording } from '../../notebook/attachment.ts'
import { cleanType, UNKNOWN_TYPE } from '../../notebook/exchange/media-type.ts'
import type { Note } from '../../notebook/note.ts'
import { size } from '../ui/format.ts'
import { locale, t } from '../ui/language.ts'
import { fill } from '../ui/words.ts'

/** What one file of a page may have at most, and all together, in bytes: no browser opens a page of any size. */
const MOST_OF_ONE = 64 * 1024 ** 2
const MOST_OF_ALL = 256 * 1024 ** 2
/** So much of a file is encoded in one go: a multiple of three, so that the pieces are one text. */
const PIECE = 96 * 1024

const escapes: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' }
const escaped = (text: string): string => text.replace(/[&<>"]/gu, (found) => escapes[found] ?? found)

const look = `body{max-width:42rem;margin:2rem auto;padding:0 1rem;font:1.05rem/1.6 Georgia,serif;overflow-wrap:anywhere}
img,audio{max-width:100%}pre{overflow:auto}article+article{margin-top:3rem;padding-top:2rem;border-top:1px solid}
.facts,.files{font:.85rem/1.5 system-ui,sans-serif}.files{padding-left:1.2rem}:root{color-scheme:light dark}
table{border-collapse:collapse}td,th{padding:.2rem .6rem;border:1px solid}
@media print{:root{color-scheme:light}article+article{break-before:page;border:0}audio{display:none}}`

/** The one style sheet that the page may have, by its digest (CSP 3, 2.3.1). */
const digestOf = async (text: string): Promise<string> =>
  toBase64(new Uint8Array(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text))))

/** The beginning of a page that stands alone: it runs nothing, asks nobody, and shows only what is in it. */
const headOf = async (title: string): Promise<string> => {
  const style = `style-src 'sha256-${await digestOf(look)}'`
  const policy = `default-src 'none'; ${style}; img-src data:; media-src data:; base-uri 'none'; form-action 'none'`
  return `<!doctype html>
<html lang="">
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width">
<meta name="referrer" content="no-referrer">
<meta name="generator" content="Holdfast">
<title>${escaped(title)}</title>
<style>${look}</style>
`
}

export type PageOptions = {
  readonly title: string
  readonly notes: readonly Note[]
  readonly filesOf: (note: Note) => readonly Attachment[]
  readonly bytesOf: (file: Attachment) => Promise<Bytes>
  /** Called often, and with each note as it begins: it gives way to what else the page has to do. */
  readonly step: (note?: Note) => Promise<void>
}

/** A page in parts, and how many files were too large for it. */
export type PageWritten = { readonly parts: readonly BlobPart[]; readonly tooLarge: number }

/** A recording or a picture is of the type that it is; anything else of none that a browser opens. */
const typeFor = ({ type }: Attachment): string =>
  isPicture(type) || isRecording(type) ? cleanType(type.replace(/;.*$/u, '').trim()) : UNKNOWN_TYPE

const toIso = (time: number): string => {
  const date = new Date(time)
  return Number.isNaN(date.getTime()) ? '' : date.toISOString()
}

const headingOf = ({ title, createdAt, updatedAt, tags }: Note): string => {
  const [created, updated] = [toIso(createdAt), toIso(updatedAt)]
  const facts = [updated.slice(0, 10), ...tags.map((tag) => `#${tag}`)].filter((part) => part !== '').join(' · ')
  const about = `data-created="${created}" data-updated="${updated}" data-tags="${escaped(JSON.stringify(tags))}"`
  return `<article ${about}>\n<h1>${escaped(title)}</h1>\n<p class="facts">${escaped(facts)}</p>\n<div class="text">`
}

type Writer = {
  readonly parts: BlobPart[]
  /** The address that a file has in the page; undefined where it is too large for it. */
  embed(file: Attachment): Promise<Blob | undefined>
  /** A name for a place in the page. */
  anchor(): string
  tooLarge(): number
}

const createWriter = ({ bytesOf, step }: PageOptions): Writer => {
  const parts: BlobPart[] = []
  let [total, tooLarge, anchors] = [0, 0, 0]
  return {
    parts,
    async embed(file) {
      if (file.size > MOST_OF_ONE || total + file.size > MOST_OF_ALL) {
        tooLarge += 1
        return undefined
      }
      total += file.size
      const bytes = await bytesOf(file)
      const pieces: string[] = [`data:${typeFor(file)};base64,`]
      for (let at = 0; at < bytes.length; at += PIECE) {
        pieces.push(toBase64(bytes.subarray(at, at + PIECE)))
        await step()
      }
      return new Blob(pieces)
    },
    anchor() {
      anchors += 1
      return `file-${anchors}`
    },
    tooLarge: () => tooLarge,
  }
}

/** A file below a note: a picture, a player, or what can be saved. */
const writeFile = async ({ parts, embed }: Writer, file: Attachment, anchor: string): Promise<void> => {
  const [name, facts] = [escaped(file.name), size(locale, file.size)]
  const data = await embed(file)
  parts.push(`<li id="${anchor}">`)
  if (data === undefined) parts.push(escaped(fill(t.exportLeftFile, { name: file.name, size: facts })))
  else if (isPicture(file.type)) parts.push(`<img alt="${name}" src="`, data, '">')
  else {
    if (isRecording(file.type)) parts.push(`<audio controls aria-label="${name}" src="`, data, '"></audio><br>')
    parts.push(`<a download="${name}" href="`, data, `">${name}</a> ${escaped(facts)}`)
  }
  parts.push('</li>\n')
}

type Anchors = ReadonlyMap<string, string>

/** Writes a text with its pictures in their places, cut where their bytes go. The files that are shown in none come back. */
const writeText = async (writer: Writer, root: DocumentFragment, files: readonly Attachment[], anchors: Anchors) => {
  const byId = new Map(files.map((file) => [file.id, file]))
  const mark = `${crypto.randomUUID()}:`
  const shown = new Set<Attachment>()
  const all: Blob[] = []
  for (const image of root.querySelectorAll<HTMLImageElement>('img[data-attachment]')) {
    const file = byId.get(image.dataset.attachment ?? '')
    const data = file !== undefined && isPicture(file.type) ? await writer.embed(file) : undefined
    image.removeAttribute('data-attachment')
    if (file === undefined || data === undefined) continue
    image.setAttribute('src', `${mark}${all.length};`)
    shown.add(file)
    all.push(data)
  }
  for (const link of root.querySelectorAll<HTMLAnchorElement>('a[data-attachment]')) {
    const anchor = anchors.get(link.dataset.attachment ?? '')
    link.removeAttribute('data-attachment')
    if (anchor !== undefined) link.setAttribute('href', `#${anchor}`)
  }
  const frame = document.createElement('template')
  frame.content.append(root)
  const [first = '', ...others] = frame.getHTML().split(mark)
  writer.parts.push(first)
  for (const other of others) {
    const end = other.indexOf(';')
    writer.parts.push(all[Number(other.slice(0, end))] ?? '', other.slice(end + 1))
  }
  return files.filter((file) => !shown.has(file))
}

/** Writes notes as one page, with what is attached to them in it. */
export const writePage = async (options: PageOptions): Promise<PageWritten> => {
  const { renderMarkdown } = await import('./render.ts')
  const writer = createWriter(options)
  const { parts } = writer
  parts.push(await headOf(options.title))
  for (const note of options.notes) {
    await options.step(note)
    const files = options.filesOf(note)
    const anchors = new Map(files.map((file) => [file.id, writer.anchor()]))
    parts.push(headingOf(note))
    const rest = await writeText(writer, renderMarkdown(note.body), files, anchors)
    parts.push('</div>\n')
    if (rest.length > 0) parts.push(`<ul class="files" aria-label="${escaped(t.files)}">\n`)
    for (const file of rest) await writeFile(writer, file, anchors.get(file.id) ?? '')
    parts.push(rest.length > 0 ? '</ul>\n</article>\n' : '</article>\n')
  }
  return { parts, tooLarge: writer.tooLarge() }
}
