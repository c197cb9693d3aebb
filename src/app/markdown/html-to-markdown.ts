import { gfm } from '@joplin/turndown-plugin-gfm'
import TurndownService from 'turndown'
import { sanitize } from './render.ts'

/** The text of an HTML file as Markdown. Nothing of it runs, and nothing is asked of other sites. */
export const htmlToMarkdown = (html: string): string => {
  const service = new TurndownService({ headingStyle: 'atx', codeBlockStyle: 'fenced', bulletListMarker: '-' })
  service.use(gfm)
  const frame = document.createElement('div')
  frame.append(sanitize(html))
  return service.turndown(frame)
}
