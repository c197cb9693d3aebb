import { gfm } from '@joplin/turndown-plugin-gfm'
import TurndownService from 'turndown'
import { fromBase64, utf8 } from '../../base/bytes.ts'
import { attachmentAddress, type Bytes, isPicture } from '../../notebook/attachment.ts'
import { MOST_FILE } from '../../notebook/exchange/imported.ts'
import { asWords } from '../../notebook/exchange/links.ts'
import { cleanType, endingFor } from '../../notebook/exchange/media-type.ts'
import type { AboutNote, Embedded, PageRead } from '../../notebook/exchange/page-read.ts'
import { purify, purifyOwn } from './render.ts'

/** What a `data:` address holds (RFC 2397); undefined where it cannot be read. */
const dataIn = (address: string): { readonly type: string; readonly bytes: Bytes } | undefined => {
  const [, head = '', isEncoded = '', rest = ''] = /^data:([^,]{0,200}?)(;base64)?,(.*)$/isu.exec(address) ?? []
  if (head + rest === '' || rest.length > 2 * MOST_FILE) return undefined
  try {
    const bytes = isEncoded === '' ? utf8(decodeURIComponent(rest)) : fromBase64(rest)
    return { type: cleanType(head.replace(/;.*$/u, '').trim()), bytes }
  } catch {
    return undefined
  }
}

const embeddedIn = (address: string, name: string): Embedded | undefined => {
  const data = dataIn(address)
  if (data === undefined) return undefined
  const given = name.trim().slice(0, 200)
  const called =
    given === '' || (!/\.\w+$/u.test(given) && isPicture(data.type))
      ? `${given || 'file'}${endingFor(data.type)}`
      : given
  return { id: crypto.randomUUID(), name: called, ...data }
}

/** An address as it can stand in Markdown. */
const asAddress = (address: string): string =>
  address.trim().replace(/[\s()<>]/gu, (character) => `%${character.charCodeAt(0).toString(16).padStart(2, '0')}`)

/** Takes the pictures out that stand in the page itself, and leaves where they were. */
const takePictures = (root: HTMLElement): readonly Embedded[] => {
  const taken: Embedded[] = []
  for (const image of root.querySelectorAll('img')) {
    const address = image.getAttribute('src') ?? ''
    if (!/^data:/iu.test(address)) {
      image.setAttribute('src', asAddress(address))
      continue
    }
    const file = embeddedIn(address, asWords(image.alt))
    if (file === undefined) {
      image.replaceWith(image.alt)
      continue
    }
    taken.push(file)
    image.setAttribute('src', attachmentAddress(file.id))
  }
  return taken
}

/** The boxes of tasks, where they stand in no list, begin one. */
const isLoneBox = (node: HTMLElement): boolean =>
  node.nodeName === 'INPUT' && node.getAttribute('type') === 'checkbox' && node.parentNode?.nodeName !== 'LI'

const service = (): TurndownService => {
  const made = new TurndownService({ headingStyle: 'atx', codeBlockStyle: 'fenced', bulletListMarker: '-' })
  made.use(gfm)
  made.addRule('loneBox', {
    filter: (node) => isLoneBox(node),
    replacement: (_, node) => (node instanceof HTMLElement && node.hasAttribute('checked') ? '- [x] ' : '- [ ] '),
  })
  return made
}

const read = (html: string, about: AboutNote | undefined): PageRead => {
  const root = purify(html)
  const embedded = takePictures(root)
  return { markdown: service().turndown(root), about, embedded }
}

const timeOf = (text: string | undefined): number | undefined => {
  const time = Date.parse(text ?? '')
  return Number.isFinite(time) ? time : undefined
}

const tagsOf = (text: string | undefined): readonly string[] => {
  try {
    const value: unknown = JSON.parse(text ?? '[]')
    return Array.isArray(value) ? value.filter((one): one is string => typeof one === 'string') : []
  } catch {
    return []
  }
}

/** The files below a note of Holdfast's own page: what in it holds them, and the place by which its text names them. */
const takeFiles = (article: Element): ReadonlyMap<string, Embedded> => {
  const taken = new Map<string, Embedded>()
  for (const item of article.querySelectorAll('ul.files > li')) {
    const link = item.querySelector('a[download]')
    const image = item.querySelector('img')
    const [address, name] =
      link === null
        ? [image?.getAttribute('src'), image?.getAttribute('alt')]
        : [link.getAttribute('href'), link.getAttribute('download')]
    const recorded = /^data:[^;,]+/iu.exec(item.querySelector('audio')?.getAttribute('src') ?? '')?.[0]
    const file = embeddedIn(address ?? '', name ?? '')
    if (file === undefined) continue
    taken.set(item.id, recorded === undefined ? file : { ...file, type: cleanType(recorded.slice('data:'.length)) })
  }
  return taken
}

const readOwn = (article: HTMLElement): PageRead => {
  const text = article.querySelector('.text')
  const files = takeFiles(article)
  for (const link of text?.querySelectorAll('a[href^="#"]') ?? []) {
    const file = files.get(link.getAttribute('href')?.slice(1) ?? '')
    if (file !== undefined) link.setAttribute('href', attachmentAddress(file.id))
  }
  const page = read(text?.getHTML() ?? '', {
    title: article.querySelector('h1')?.textContent ?? '',
    tags: tagsOf(article.dataset.tags),
    createdAt: timeOf(article.dataset.created),
    updatedAt: timeOf(article.dataset.updated),
  })
  return { ...page, embedded: [...page.embedded, ...files.values()] }
}

const ownMark = '<meta name="generator" content="Holdfast">'

/** Reads a page as Markdown: one of Holdfast's own as its notes, any other as one. */
export const readPages = (html: string): readonly PageRead[] => {
  const isOwn = html.slice(0, 4000).includes(ownMark)
  const own = isOwn ? [...purifyOwn(html).querySelectorAll<HTMLElement>(':scope > article')] : []
  return own.length > 0 ? own.map(readOwn) : [read(html, undefined)]
}
