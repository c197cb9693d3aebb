import { toBase64url } from '../../../base/bytes.ts'
import { pictureId } from '../compose.ts'
import type { Picture } from '../grabbed.ts'
import { limits } from '../kinds.ts'

const types = ['image/png', 'image/jpeg', 'image/gif', 'image/webp', 'image/avif'] as const

/** In milliseconds: for one picture, and for all of them. */
const patience = 5000
const patienceForAll = 12_000

const typeOf = (response: Response) =>
  types.find((type) => response.headers.get('content-type')?.toLowerCase().startsWith(type))

/** The bytes of an answer, or undefined where there are more than `most`. */
const read = async (response: Response, most: number): Promise<Uint8Array | undefined> => {
  const parts: Uint8Array<ArrayBuffer>[] = []
  let length = 0
  const reader = response.body?.getReader()
  for (let next = await reader?.read(); next !== undefined && !next.done; next = await reader?.read()) {
    length += next.value.length
    if (length > most) {
      await reader?.cancel()
      return undefined
    }
    parts.push(next.value)
  }
  return new Uint8Array(await new Blob(parts).arrayBuffer())
}

/** A picture as this page may read it, or undefined where it may not, or where it is none that a note can show. */
export const fetchPicture = async (address: string, index: number, most: number): Promise<Picture | undefined> => {
  try {
    const response = await fetch(address, { credentials: 'same-origin', signal: AbortSignal.timeout(patience) })
    const type = response.ok ? typeOf(response) : undefined
    const bytes = type === undefined ? undefined : await read(response, Math.min(most, limits.pictureBytes))
    return type === undefined || bytes === undefined ? undefined : { index, type, data: toBase64url(bytes) }
  } catch {
    // Not ours to read, too slow, or not there: it stays a link.
    return undefined
  }
}

/** Takes the pictures that a text shows with it, and lets the elements refer to them. What cannot be had stays a link. */
export const takePictures = async (root: Element, note: string): Promise<Picture[]> => {
  const taken: Picture[] = []
  let room: number = limits.picturesBytes
  const until = performance.now() + patienceForAll
  for (const image of root.querySelectorAll('img[src]')) {
    const index = taken.length
    if (index >= limits.pictures || room <= 0 || performance.now() > until) break
    const picture = await fetchPicture(image.getAttribute('src') ?? '', index, room)
    if (picture === undefined) continue
    room -= picture.data.length
    taken.push(picture)
    image.setAttribute('src', `attachment:${pictureId(note, index)}`)
  }
  return taken
}
