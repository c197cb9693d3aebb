import encodeQR from 'qr'
import { t } from '../ui/language.ts'

export type KitFacts = {
  readonly words: string
  /** Whose it is, as a person knows it. */
  readonly account: string
  /** The address of the app. */
  readonly place: string
  /** When it was made, written out. */
  readonly made: string
  readonly language: string
}

const escapes: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' }
const written = (text: string): string => text.replace(/[&<>"]/gu, (sign) => escapes[sign] ?? sign)

const style = `
body { max-width: 40rem; margin: 2rem auto; padding: 0 1rem; font: 1rem/1.5 system-ui, sans-serif; color: #000; background: #fff }
ol { columns: 3 9rem; padding-left: 2.2rem; font: 600 1.15rem/2 ui-monospace, monospace }
svg { display: block; width: 14rem; margin: 1.5rem 0 }
code { overflow-wrap: anywhere }
`

/** A page that stands for itself: to print, or to keep where it is safe. */
export const kitPage = ({ words, account, place, made, language }: KitFacts): string => {
  const list = words
    .split(' ')
    .map((word) => `<li>${written(word)}</li>`)
    .join('')
  return `<!doctype html>
<html lang="${written(language)}">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<meta name="robots" content="noindex">
<title>${written(t.kitTitle)} · Holdfast</title>
<style>${style}</style>
<h1>${written(t.kitTitle)} · Holdfast</h1>
<p>${written(t.kitKeep)}</p>
<ol>${list}</ol>
<p><code>${written(words)}</code></p>
${encodeQR(words, 'svg', { ecc: 'medium', border: 4 })}
<p>${written(t.kitUse)}</p>
<p>${written([account, place, made].filter((part) => part !== '').join(' · '))}</p>
</html>
`
}
