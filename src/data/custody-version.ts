/** What the worker of this version keeps its records in: `src/sw/store.ts` opens it. */
const CUSTODY_DATABASE = 'holdfast-custody'
const CUSTODY_VERSION = 1

/** Whether a newer version of the app has been in use here, whose records this one leaves alone. Never rejects. */
export const isCustodyNewer = async (): Promise<boolean> => {
  try {
    const all = await indexedDB.databases()
    return all.some(({ name, version = 0 }) => name === CUSTODY_DATABASE && version > CUSTODY_VERSION)
  } catch {
    return false
  }
}
