/** What a page says of itself. Each is an empty string where it says nothing. */
export type About = {
  readonly title: string
  readonly author: string
  /** The day of publication, YYYY-MM-DD. */
  readonly published: string
}

const meta = (document: Document, ...names: readonly string[]): string => {
  for (const name of names) {
    const found = document.head.querySelector(`meta[name="${name}" i], meta[property="${name}" i]`)
    const content = found?.getAttribute('content')?.trim() ?? ''
    if (content !== '') return content
  }
  return ''
}

/** The day that a text of a page names, or an empty string. Where it has a time zone, the day is that of its own clock. */
export const dayOf = (text: string | null | undefined): string => {
  const written = /^\s*(\d{4}-\d{2}-\d{2})/.exec(text ?? '')?.[1] ?? ''
  return Number.isNaN(Date.parse(written)) ? '' : written
}

/** An author may be an address, which tells a reader nothing. */
const named = (text: string): string => (/^https?:/i.test(text) ? '' : text)

/** Reads a copy of the page. */
export const aboutPage = (document: Document): About => ({
  title:
    meta(document, 'og:title', 'twitter:title') || (document.head.querySelector('title')?.textContent ?? '').trim(),
  author: named(meta(document, 'author', 'article:author', 'dc.creator')),
  published: dayOf(
    meta(document, 'article:published_time', 'date', 'dc.date') ||
      document.body.querySelector('time[datetime]')?.getAttribute('datetime'),
  ),
})
