import type { PageRead } from '../../notebook/exchange/page-read.ts'
import type { PageOptions, PageWritten } from './page-write.ts'

/** Notes as a page, and pages as notes. What they need is loaded when they are asked for the first time. */
export const markup = {
  async write(options: PageOptions): Promise<PageWritten> {
    const { writePage } = await import('./page-write.ts')
    return writePage(options)
  },
  async read(html: string): Promise<readonly PageRead[]> {
    const { readPages } = await import('./html-to-markdown.ts')
    return readPages(html)
  },
}

export type Markup = typeof markup
