import { NOTES_DATABASE } from './database.ts'

/** Beside the notes and not among them: what damages the database leaves this, so that nobody takes it for an empty one. */
const CACHE = 'holdfast-mark'
const ADDRESS = '/notes-kept'

/** Remembers whether there are notes in a notebook. It holds nothing of them. `unknown`: it was never told, or was wiped. */
export type NotesMark = {
  read(): Promise<'some' | 'none' | 'unknown'>
  set(): Promise<void>
  clear(): Promise<void>
}

const unavailable: NotesMark = { read: async () => 'unknown', set: async () => undefined, clear: async () => undefined }

/** Never rejects: where it cannot be kept, what it would tell is not known. */
/** `notebook`: the name of its database. */
export const notesMark = (notebook: string = NOTES_DATABASE): NotesMark => {
  const address = notebook === NOTES_DATABASE ? ADDRESS : `${ADDRESS}/${notebook}`
  if (!('caches' in globalThis)) return unavailable
  const open = () => caches.open(CACHE)
  return {
    async read() {
      try {
        const text = await (await (await open()).match(address))?.text()
        return text === 'some' || text === 'none' ? text : 'unknown'
      } catch {
        return 'unknown'
      }
    },
    async set() {
      await open()
        .then((cache) => cache.put(address, new Response('some')))
        .catch(() => undefined)
    },
    async clear() {
      await open()
        .then((cache) => cache.put(address, new Response('none')))
        .catch(() => undefined)
    },
  }
}
