import { Readability } from '@mozilla/readability'
import { type About, dayOf } from './about.ts'
import { isElement } from './dom.ts'

/** The article of a page, without what stands around it. */
export type Article = { readonly root: Element; readonly about: Partial<About> }

/** Below this the finder has found a teaser, or nothing. In characters. */
const shortest = 140

const some = (name: keyof About, text: string | null | undefined): Partial<About> =>
  text === null || text === undefined || text.trim() === '' ? {} : { [name]: text }

/** The article of a copy of a page, which is changed on the way; undefined where it has none. */
export const findArticle = (copy: Document): Article | undefined => {
  const found = new Readability<Node>(copy, {
    keepClasses: true,
    charThreshold: 250,
    serializer: (node) => node,
  }).parse()
  const root = found?.content
  if (!found || !root || !isElement(root) || (found.length ?? 0) < shortest) return undefined
  return {
    root,
    about: {
      ...some('title', found.title),
      ...some('author', found.byline),
      ...some('published', dayOf(found.publishedTime)),
    },
  }
}
