/** Beside the notes and not among them: what damages the database leaves this, so that nobody takes it for an empty one. */
const CACHE = 'holdfast-mark'
const ADDRESS = '/notes-kept'

/** Remembers that there are notes on this device. It holds nothing of them. */
export type NotesMark = {
  isSet(): Promise<boolean>
  set(): Promise<void>
  clear(): Promise<void>
}

const unavailable: NotesMark = { isSet: async () => false, set: async () => undefined, clear: async () => undefined }

/** Never rejects: where it cannot be kept, what it would tell is not known. */
export const notesMark = (): NotesMark => {
  if (!('caches' in globalThis)) return unavailable
  const open = () => caches.open(CACHE)
  return {
    isSet: async () => {
      try {
        return (await (await open()).match(ADDRESS)) !== undefined
      } catch {
        return false
      }
    },
    async set() {
      await open()
        .then((cache) => cache.put(ADDRESS, new Response('')))
        .catch(() => undefined)
    },
    async clear() {
      await open()
        .then((cache) => cache.delete(ADDRESS))
        .catch(() => undefined)
    },
  }
}
