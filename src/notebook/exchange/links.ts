/** So long are the words and the address of a link at most, in characters. Without bounds a hostile text would take forever. */
const linked =
  /(!?)\[([^[\]\n]{0,1000})\]\(\s{0,9}(<[^<>\n]{1,2000}>|(?:[^()\s<>]|\([^()\s<>]{0,200}\)){1,2000})(?:\s{1,9}"[^"\n]{0,500}")?\s{0,9}\)/gu
const embedded = /!\[\[([^[\]|\n]{1,1000})(?:\|[^[\]\n]{0,200})?\]\]/gu
const pictured = /<img\b([^<>]{0,2000})>/giu
const quoted = (name: string): RegExp =>
  new RegExp(`\\s${name}\\s{0,9}=\\s{0,9}(?:"([^"<>]{0,2000})"|'([^'<>]{0,2000})')`, 'iu')
const [source, other] = [quoted('src'), quoted('alt')]

const attributeIn = (attribute: RegExp, text: string): string | undefined => {
  const found = attribute.exec(text)
  return found?.[1] ?? found?.[2]
}

/** Words as they can stand in the brackets of a link. */
export const asWords = (text: string): string => text.replace(/[[\]\\\n]/gu, '')

/**
 * A text in which the addresses of links and pictures are what `addressOf` makes of them; those it knows nothing of stay. What
 * is embedded by its bare name, as some apps write it, is asked for with `isEmbed`.
 */
export const withLinks = (text: string, addressOf: (address: string, isEmbed: boolean) => string | undefined): string =>
  text
    .replace(linked, (whole, mark: string, words: string, place: string) => {
      const address = addressOf(place.replace(/^<|>$/gu, ''), false)
      return address === undefined ? whole : `${mark}[${words}](${address})`
    })
    .replace(embedded, (whole, name: string) => {
      const address = addressOf(name.trim(), true)
      return address === undefined ? whole : `![${asWords(name)}](${address})`
    })
    .replace(pictured, (whole, attributes: string) => {
      const address = addressOf(attributeIn(source, attributes) ?? '', false)
      return address === undefined ? whole : `![${asWords(attributeIn(other, attributes) ?? '')}](${address})`
    })
