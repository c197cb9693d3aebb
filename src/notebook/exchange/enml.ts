import { Parser } from 'htmlparser2'
import { attachmentAddress, isPicture } from '../attachment.ts'
import { type EnexTask, refuseEntities } from './enex.ts'

/** A file by which the content of a note names it. */
export type Media = { readonly id: string; readonly name: string; readonly type: string }

export type EnmlOptions = {
  /** Files by the MD5 of their bytes. */
  readonly media: ReadonlyMap<string, Media>
  readonly tasks: readonly EnexTask[]
  /** What stands where something is encrypted. */
  readonly encrypted: string
}

const voids = new Set(['br', 'hr', 'img', 'wbr', 'col'])

/** What is text already: its `&` begins an entity that HTML knows. */
const asText = (raw: string): string => raw.replaceAll('<', '&lt;').replaceAll('>', '&gt;')
const asValue = (raw: string): string => asText(raw).replaceAll('"', '&quot;')
const escaped = (text: string): string => asValue(text.replaceAll('&', '&amp;'))

const box = (isDone: boolean): string => `<input type="checkbox"${isDone ? ' checked' : ''}> `

const mediaTag = (media: Media | undefined): string => {
  if (media === undefined) return ''
  const [address, name] = [escaped(attachmentAddress(media.id)), escaped(media.name)]
  return isPicture(media.type) ? `<img src="${address}" alt="${name}">` : `<a href="${address}">${name}</a>`
}

type Attributes = Readonly<Record<string, string>>

const isCode = (style = ''): boolean => /-en-codeblock:\s*true/u.test(style)

const plainTag = (name: string, attributes: Attributes): string => {
  if (!/^[a-z][a-z0-9]*$/iu.test(name)) return ''
  const values = ['href', 'src', 'alt', 'colspan', 'rowspan', 'start'].flatMap((key) => {
    const value = Object.hasOwn(attributes, key) ? attributes[key] : undefined
    return value === undefined ? [] : [` ${key}="${asValue(value)}"`]
  })
  const checked = /--en-checked:\s*(true|false)/u.exec(attributes.style ?? '')?.[1]
  return `<${name}${values.join('')}>${name === 'li' && checked !== undefined ? box(checked === 'true') : ''}`
}

/** Where the parser is in code, whose lines are blocks in ENML. */
const createCode = () => {
  let depth = 0
  return {
    isIn: () => depth > 0,
    /** What opens; undefined where it is no code. */
    open(name: string, { style }: Attributes): string | undefined {
      if (depth === 0 && !(name === 'div' && isCode(style))) return undefined
      depth += 1
      if (depth === 1) return '<pre><code>'
      return name === 'br' ? '\n' : ''
    },
    close(name: string): string | undefined {
      if (depth === 0) return undefined
      depth -= 1
      if (depth === 0) return '</code></pre>'
      return name === 'div' ? '\n' : ''
    },
  }
}

/** The content of an Evernote note as HTML, which is not yet safe, and the files it names that are not there. */
export const enmlToHtml = (enml: string, { media, tasks, encrypted }: EnmlOptions) => {
  const out: string[] = []
  const missing: string[] = []
  const code = createCode()
  const mediaFor = (hash: string): string => {
    if (!media.has(hash)) missing.push(hash)
    return mediaTag(media.get(hash))
  }
  const own: { readonly [name: string]: (attributes: Attributes) => string } = {
    'en-note': () => '',
    'en-todo': ({ checked }) => box(checked === 'true'),
    'en-media': ({ hash = '' }) => mediaFor(hash.toLowerCase()),
    'en-crypt': ({ hint = '' }) => `<p>${escaped(encrypted)} ${asText(hint)}</p><pre><code>`,
  }
  const parser = new Parser(
    {
      onopentag(name, attributes) {
        const special = Object.hasOwn(own, name) ? own[name]?.(attributes) : undefined
        out.push(code.open(name, attributes) ?? special ?? plainTag(name, attributes))
      },
      ontext: (raw) => out.push(asText(raw)),
      onclosetag(name) {
        const closed =
          name === 'en-crypt' ? '</code></pre>' : voids.has(name) || Object.hasOwn(own, name) ? '' : `</${name}>`
        out.push(code.close(name) ?? closed)
      },
      onprocessinginstruction: (_, data) => refuseEntities(data),
    },
    { xmlMode: true, decodeEntities: false },
  )
  parser.end(enml)
  if (tasks.length > 0)
    out.push('<ul>', ...tasks.map(({ title, isDone }) => `<li>${box(isDone)}${escaped(title)}</li>`), '</ul>')
  return { html: out.join(''), missing }
}
