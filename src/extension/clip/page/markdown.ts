import { gfm } from '@joplin/turndown-plugin-gfm'
import TurndownService from 'turndown'
import { TASK_BOX } from './element.ts'

const languageIn = (element: Element): string => {
  const named = element.getAttribute('data-lang') ?? element.getAttribute('data-language')
  const classed = /(?:^|\s)(?:language|lang|highlight-source|brush:?)-?\s?([\w+#.-]+)/i.exec(element.className)?.[1]
  return (named ?? classed ?? '').toLowerCase()
}

const languageOf = (block: HTMLElement): string =>
  [block, block.querySelector('code'), block.parentElement]
    .map((element) => (element ? languageIn(element) : ''))
    .find((language) => /^[\w+#.-]{1,30}$/.test(language)) ?? ''

/** A fence longer than any run of its own mark in the text. */
const fenceFor = (text: string): string => {
  const longest = Math.max(2, ...[...text.matchAll(/`+/g)].map(([run]) => run.length))
  return '`'.repeat(longest + 1)
}

const codeOf = (block: HTMLElement): string => {
  for (const end of block.querySelectorAll('br')) end.replaceWith('\n')
  return block.textContent.replace(/\r\n?/g, '\n').replace(/^\n+|\s+$/g, '')
}

const fenced = (block: HTMLElement): string => {
  const text = codeOf(block)
  const fence = fenceFor(text)
  return text === '' ? '' : `\n\n${fence}${languageOf(block)}\n${text}\n${fence}\n\n`
}

/** A formula as its author wrote it, in TeX. */
const texOf = (math: HTMLElement): string =>
  math.querySelector('annotation[encoding="application/x-tex"]')?.textContent.trim() ?? ''

const isEmoji = (text: string): boolean => text.length <= 12 && /^\p{Extended_Pictographic}/u.test(text)

const bare = (address: string): string => address.replace(/[\s<>]/g, encodeURIComponent).replace(/[()]/g, '\\$&')

const picture = (image: HTMLElement, withPictures: boolean): string => {
  const text = (image.getAttribute('alt') ?? '').replace(/\s+/g, ' ').trim()
  if (isEmoji(text)) return text
  const address = image.getAttribute('src') ?? ''
  if (withPictures && /^(https?|attachment):/.test(address)) return `![${escapeText(text)}](${bare(address)})`
  // A link that is only a picture needs words.
  return image.closest('a[href]')?.textContent.trim() === '' ? escapeText(text) : ''
}

const link = (content: string, node: Element): string => {
  const address = node.getAttribute('href')
  const text = content.replace(/\s*\n\s*/g, ' ').trim()
  return address === null || text === '' ? content : `[${text}](${bare(address)})`
}

/** One entry of a list; what follows its first line stands under it. */
const listItem = (content: string, node: Element): string => {
  const list = node.parentElement
  const number = Number(list?.getAttribute('start') ?? 1) + [...(list?.children ?? [])].indexOf(node)
  const mark = list?.nodeName === 'OL' ? `${number}. ` : '- '
  const lines = content.replace(/^\n+/, '').replace(/\n+$/, '').split('\n')
  const text = lines
    .map((line, index) => (index === 0 || line === '' ? line : ' '.repeat(mark.length) + line))
    .join('\n')
  return `${mark}${text}${node.nextElementSibling === null ? '' : '\n'}`
}

/** Signs that would be read as markup of HTML. */
const escapeMarkup = (text: string): string => text.replace(/</g, '\\<').replace(/&(?=#?\w+;)/g, '\\&')

const escapeText = (text: string): string => text.replace(/[\\[\]<]/g, '\\$&')

const isMark = (language: string) => (node: HTMLElement) => node.nodeName.toLowerCase() === language

/** Turns elements of a copy into Markdown. The only markup of HTML in it is the end of a line in the cell of a table. */
export const createMarkdown = (withPictures: boolean): ((root: Element) => string) => {
  const service = new TurndownService({
    headingStyle: 'atx',
    hr: '---',
    bulletListMarker: '-',
    codeBlockStyle: 'fenced',
    emDelimiter: '*',
  })
  service.use(gfm)
  const escapeMarkdown = service.escape.bind(service)
  service.escape = (text) => escapeMarkup(escapeMarkdown(text))
  service.remove(['script', 'style', 'title', 'meta'])
  service.addRule('code', { filter: 'pre', replacement: (_, node) => fenced(node as HTMLElement) })
  service.addRule('picture', { filter: 'img', replacement: (_, node) => picture(node as HTMLElement, withPictures) })
  service.addRule('formula', {
    filter: isMark('math'),
    replacement: (content, node) => {
      const tex = texOf(node as HTMLElement)
      return tex === '' ? content : `$${tex}$`
    },
  })
  service.addRule('link', { filter: 'a', replacement: (content, node) => link(content, node as Element) })
  service.addRule('entry', { filter: 'li', replacement: (content, node) => listItem(content, node as Element) })
  service.addRule('box', {
    filter: (node) => node.classList.contains(TASK_BOX),
    replacement: (content) => (content === '☑' ? '[x]' : '[ ]'),
  })
  service.addRule('hidden', { filter: (node) => node.classList.contains('katex-html'), replacement: () => '' })
  return (root) =>
    service
      .turndown(root as HTMLElement)
      .replace(/\n{3,}/g, '\n\n')
      .trim()
}
