declare const self: ServiceWorkerGlobalScope

/** The tag under which the browser wakes the worker when the network is back (Background Synchronization). */
export const SYNC_TAG = 'holdfast'

type SyncManager = { register(tag: string): Promise<void> }

const isSyncManager = (value: unknown): value is SyncManager =>
  typeof value === 'object' && value !== null && 'register' in value && typeof value.register === 'function'

/** Asks to be woken when the network is back. Where the browser has no such thing, the next page that opens will do. */
export const requestSync = async (): Promise<void> => {
  const manager: unknown = Reflect.get(self.registration, 'sync')
  if (!isSyncManager(manager)) return
  try {
    await manager.register(SYNC_TAG)
  } catch {
    // Refused, as in a private window or without permission.
  }
}
