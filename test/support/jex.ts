import { concat, utf8 } from '../../src/base/bytes.ts'

type Item = {
  readonly title?: string
  readonly body?: string
  readonly type: number
  readonly facts: Readonly<Record<string, string>>
}

/** An item as Joplin writes it into its exports. */
export const item = ({ title, body, type, facts }: Item): string => {
  const lines = Object.entries({ ...facts, type_: String(type) }).map(([name, value]) => `${name}: ${value}`)
  return [...(title === undefined ? [] : [title]), ...(body === undefined ? [] : [body]), lines.join('\n')].join('\n\n')
}

/** One file of a tar as POSIX has it, or what claims to be one. */
export const tarEntry = (
  name: string,
  content: string | Uint8Array,
  { type = '0', size }: { readonly type?: string; readonly size?: string } = {},
): Uint8Array<ArrayBuffer> => {
  const bytes = typeof content === 'string' ? utf8(content) : content
  const header = new Uint8Array(512)
  const put = (at: number, text: string): void => header.set(utf8(text), at)
  put(0, name)
  put(100, '0000644\0')
  put(124, size ?? bytes.length.toString(8).padStart(11, '0'))
  put(148, '        ')
  put(156, type)
  put(257, 'ustar\u000000')
  const sum = header.reduce((all, byte) => all + byte, 0)
  put(148, `${sum.toString(8).padStart(6, '0')}\0 `)
  return concat(header, bytes, new Uint8Array((512 - (bytes.length % 512)) % 512))
}

/** A whole tar of these files. */
export const tarOf = (files: Readonly<Record<string, string | Uint8Array>>): Uint8Array<ArrayBuffer> =>
  concat(...Object.entries(files).map(([name, content]) => tarEntry(name, content)), new Uint8Array(1024))
