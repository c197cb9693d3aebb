/** Markdown as safe HTML, and HTML as Markdown. What they need is loaded when they are asked for the first time. */
export const markup = {
  async toHtml(markdown: string): Promise<string> {
    const { renderMarkdown } = await import('./render.ts')
    const frame = document.createElement('div')
    frame.append(renderMarkdown(markdown))
    return frame.getHTML()
  },
  async fromHtml(html: string): Promise<string> {
    const { htmlToMarkdown } = await import('./html-to-markdown.ts')
    return htmlToMarkdown(html)
  },
}

const escapes: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' }
export const escapeHtml = (text: string): string => text.replace(/[&<>"]/gu, (found) => escapes[found] ?? found)

const look = `body{max-width:42rem;margin:2rem auto;padding:0 1rem;font:1.05rem/1.6 Georgia,serif}
img{max-width:100%}pre{overflow:auto}hr{margin:3rem 0}:root{color-scheme:light dark}`

/** A page that stands alone, and may run nothing. `body`: safe HTML. */
export const exportedPage = (title: string, body: string): string => `<!doctype html>
<html lang="">
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; img-src data:">
<meta name="viewport" content="width=device-width">
<title>${escapeHtml(title)}</title>
<style>${look}</style>
${body}
`
