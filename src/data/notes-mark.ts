/** Beside the notes and not among them: what damages the database leaves this, so that nobody takes it for an empty one. */
const CACHE = 'holdfast-mark'
const ADDRESS = '/notes-kept'

/** Remembers whether there are notes on this device. It holds nothing of them. `unknown`: it was never told, or was wiped. */
export type NotesMark = {
  read(): Promise<'some' | 'none' | 'unknown'>
  set(): Promise<void>
  clear(): Promise<void>
}

const unavailable: NotesMark = { read: async () => 'unknown', set: async () => undefined, clear: async () => undefined }

/** Never rejects: where it cannot be kept, what it would tell is not known. */
export const notesMark = (): NotesMark => {
  if (!('caches' in globalThis)) return unavailable
  const open = () => caches.open(CACHE)
  return {
    async read() {
      try {
        const text = await (await (await open()).match(ADDRESS))?.text()
        return text === 'some' || text === 'none' ? text : 'unknown'
      } catch {
        return 'unknown'
      }
    },
    async set() {
      await open()
        .then((cache) => cache.put(ADDRESS, new Response('some')))
        .catch(() => undefined)
    },
    async clear() {
      await open()
        .then((cache) => cache.put(ADDRESS, new Response('none')))
        .catch(() => undefined)
    },
  }
}
