import { type Bytes, fromBase64url } from '../../base/bytes.ts'
import { attachmentAddress, type WholeAttachment } from '../../notebook/attachment.ts'
import { type Note, newNote } from '../../notebook/note.ts'
import type { Grabbed, Picture } from './grabbed.ts'

/** The page that is clipped, as the browser tells of it. */
export type Source = { readonly address: string; readonly title: string }

/** A clip, ready to be stored. */
export type Clip = {
  readonly note: Note
  readonly attachments: readonly WholeAttachment[]
  /** True where the page was longer than a clip may be. */
  readonly cut: boolean
  /** True where pictures could not be copied, and are links. */
  readonly linked: boolean
}

/** What makes one clip its own: the id of its note, and when it was made, in milliseconds since 1970. */
export type Making = { readonly id: string; readonly now: number }

const escapes = /[\\`*_[\]<>]/g

/** Plain text as Markdown that reads as that text. */
export const plainAsMarkdown = (text: string): string => text.replace(escapes, '\\$&')

/** An address as Markdown: no character that would end it early. */
const linkTo = (text: string, address: string): string =>
  `[${plainAsMarkdown(text)}](${address.replace(/[()\\\s<>]/g, encodeURIComponent).replace(/[()]/g, '\\$&')})`

const hostOf = (address: string): string => {
  const { host, protocol, pathname } = new URL(address)
  return host === '' ? decodeURIComponent(pathname.split('/').at(-1) ?? '') || protocol : host.replace(/^www\./, '')
}

/** The address of a page without what a person may have signed in with. */
export const addressOf = (text: string | undefined): string | undefined => {
  if (text === undefined || !URL.canParse(text)) return undefined
  const url = new URL(text)
  if (!['http:', 'https:', 'file:'].includes(url.protocol)) return undefined
  url.username = ''
  url.password = ''
  return url.href
}

const complete = { cut: false, linked: false }

const noteOf = ({ id, now }: Making, title: string, parts: readonly string[]): Note => ({
  ...newNote(id, now),
  title,
  body: parts.filter((part) => part !== '').join('\n\n'),
})

const attachmentOf = (making: Making, index: number, type: string, name: string, bytes: Bytes): WholeAttachment => ({
  attachment: {
    id: pictureId(making.id, index),
    noteId: making.id,
    name: `${name}.${type.split('/')[1] ?? 'bin'}`,
    type,
    createdAt: making.now,
    size: bytes.length,
    text: '',
    duration: null,
  },
  bytes,
})

/** The id of one picture of a clip: the script in the page writes it into the text. */
export const pictureId = (note: string, index: number): string => `${note}-${index}`

const attachmentsOf = (making: Making, pictures: readonly Picture[]): readonly WholeAttachment[] =>
  pictures.flatMap(({ index, type, data }) => {
    const bytes = fromBase64url(data)
    return bytes === undefined ? [] : [attachmentOf(making, index, type, `picture-${index + 1}`, bytes)]
  })

/** A clip of what was read in a page. `cutText` stands at its end where the page was too long. */
export const composeGrabbed = (making: Making, source: Source, grabbed: Grabbed, cutText: string): Clip => {
  const { title, author, published, markdown, cut, pictures } = grabbed
  // What a page calls itself is no label for its address.
  const from = [linkTo(hostOf(source.address), source.address), plainAsMarkdown(author), published]
  const head = from.filter((part) => part !== '').join(' · ')
  const end = cut ? `*${cutText}*` : ''
  return {
    note: noteOf(making, title || source.title || hostOf(source.address), [head, markdown, end]),
    attachments: attachmentsOf(making, pictures),
    cut,
    linked: /!\[[^\]]*\]\(https?:/.test(markdown),
  }
}

/** A clip of an address alone. */
export const composeLink = (making: Making, { address, title }: Source): Clip => ({
  note: noteOf(making, title || hostOf(address), [linkTo(address, address)]),
  attachments: [],
  ...complete,
})

/** A clip of plain text of a page, where no more could be had of it. */
export const composeText = (making: Making, source: Source, text: string): Clip => ({
  note: noteOf(making, source.title || hostOf(source.address), [
    linkTo(hostOf(source.address), source.address),
    plainAsMarkdown(text),
  ]),
  attachments: [],
  ...complete,
})

/** A clip of one picture: of the visible part of a page, for example. */
export const composePicture = (making: Making, source: Source, name: string, type: string, bytes: Bytes): Clip => {
  const title = source.title || hostOf(source.address)
  const picture = attachmentOf(making, 0, type, name, bytes)
  return {
    note: noteOf(making, title, [
      linkTo(hostOf(source.address), source.address),
      `![${plainAsMarkdown(title)}](${attachmentAddress(picture.attachment.id)})`,
    ]),
    attachments: [picture],
    ...complete,
  }
}
