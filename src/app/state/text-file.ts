import { createPace } from './pace.ts'

/** So many characters of a text become bytes in one go. */
const PIECE = 512 * 1024

/** A long text as a file. It is made a piece at a time, since the page would stand still for all of it. */
export const fileOfText = async (text: string, name: string): Promise<File> => {
  const pace = createPace(() => undefined)
  const parts: Blob[] = []
  for (let at = 0; at < text.length; ) {
    // Never between the two halves of a character.
    const isCut = /[\ud800-\udbff]/.test(text.charAt(at + PIECE - 1))
    const end = at + PIECE + (isCut ? 1 : 0)
    parts.push(new Blob([text.slice(at, end)]))
    at = end
    await pace(at / text.length)
  }
  return new File(parts, name, { type: 'text/plain' })
}
