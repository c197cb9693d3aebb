import type { Grabbed, Picture } from '../grabbed.ts'
import { limits, type ReadKind } from '../kinds.ts'
import { type About, aboutPage } from './about.ts'
import { findArticle } from './article.ts'
import { type Copy, copyPage } from './copy.ts'
import { createMarkdown } from './markdown.ts'
import { fetchPicture, takePictures } from './pictures.ts'
import { copySelection } from './selection.ts'

/** What the background asks of a page. */
export type Order = {
  readonly kind: ReadKind
  /** The id of the note to be. */
  readonly note: string
  readonly pictures: boolean
  /** The address of the picture, where the order is for one. */
  readonly target?: string
}

export type Grab = (order: Order) => Promise<Grabbed | { readonly refusal: 'empty' | 'selection' | 'restricted' }>

/** What the browser shows with a viewer of its own is not a page. */
const isPage = (): boolean => /html|xml|text\/plain/.test(document.contentType)

type Found = { readonly kind: ReadKind; readonly root: Element; readonly about: About; readonly cut: boolean }

const finish = async ({ kind, root, about, cut }: Found, order: Order) => {
  const pictures = order.pictures ? await takePictures(root, order.note) : []
  const markdown = withoutTitle(createMarkdown(order.pictures)(root), about.title)
  if (markdown === '') return { refusal: 'empty' } as const
  const isLong = markdown.length > limits.markdown
  return { kind, ...about, markdown: markdown.slice(0, limits.markdown), cut: cut || isLong, pictures }
}

/** A first heading that says what the title of the note says. */
const withoutTitle = (markdown: string, title: string): string => {
  const [first = '', ...rest] = markdown.split('\n')
  const heading = /^#{1,2} (.*)$/.exec(first)?.[1]
  const plain = (text: string) => text.replace(/[\s\\*_`]+/g, '').toLowerCase()
  return heading !== undefined && plain(heading) === plain(title) ? rest.join('\n').trim() : markdown
}

const wholePage = ({ document: copy, cut }: Copy): Found => ({
  kind: 'page',
  root: copy.body,
  about: aboutPage(copy),
  cut,
})

const article = (copy: Copy): Found => {
  const page = wholePage(copy)
  const found = findArticle(copy.document.cloneNode(true) as Document)
  return found === undefined
    ? page
    : { kind: 'article', root: found.root, about: { ...page.about, ...found.about }, cut: copy.cut }
}

const selection = (): Found | undefined => {
  const copy = copySelection()
  return copy === undefined
    ? undefined
    : { kind: 'selection', root: copy.document.body, about: aboutPage(copyPage().document), cut: copy.cut }
}

const image = async ({ note, target = '' }: Order) => {
  const taken: Picture | undefined = await fetchPicture(target, 0, limits.pictureBytes)
  const about = aboutPage(copyPage().document)
  const address = taken === undefined ? target : `attachment:${note}-0`
  const markdown = `![](${address.replace(/[()\s<>]/g, encodeURIComponent)})`
  return { kind: 'image' as const, ...about, markdown, cut: false, pictures: taken === undefined ? [] : [taken] }
}

/** Reads the page as it is at this moment. */
export const grab: Grab = async (order) => {
  if (!isPage()) return { refusal: 'restricted' }
  if (order.kind === 'image') return image(order)
  const selected = order.kind === 'auto' || order.kind === 'selection' ? selection() : undefined
  if (selected !== undefined) return finish(selected, order)
  if (order.kind === 'selection') return { refusal: 'selection' }
  const copy = copyPage()
  return finish(order.kind === 'page' ? wholePage(copy) : article(copy), order)
}
