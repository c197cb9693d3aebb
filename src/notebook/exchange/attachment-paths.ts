import { type Attachment, attachmentAddress } from '../attachment.ts'

/** What says which files belong to which notes, in a zip of Holdfast's own. */
export const FILE_LIST = 'attachments.json'

/** A name that every file system takes. */
export const safeName = (text: string, otherwise: string): string => {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what no file system takes
  const clean = text.replace(/[\u0000-\u001f\u007f<>:"/\\|?*#^[\]]+/gu, ' ').replace(/\s+/gu, ' ')
  const short = [...clean]
    .slice(0, 60)
    .join('')
    .replace(/^[.\s]+|[.\s]+$/gu, '')
  return short === '' ? otherwise : short.toWellFormed()
}

/** Where a file is in a zip. */
export const attachmentPath = ({ id, name }: Attachment): string =>
  `attachments/${safeName(id, 'id')}/${safeName(name, 'file')}`

/** A text whose files are named by their place in the zip: links that work where it is unpacked. */
export const withPaths = (body: string, files: readonly Attachment[]): string =>
  files.reduce(
    (text, file) => text.replaceAll(`](${attachmentAddress(file.id)})`, `](<../${attachmentPath(file)}>)`),
    body,
  )

export const withAddresses = (body: string, files: readonly Attachment[]): string =>
  files.reduce(
    (text, file) => text.replaceAll(`](<../${attachmentPath(file)}>)`, `](${attachmentAddress(file.id)})`),
    body,
  )
