import { computed, effect, type ReadonlySignal, signal } from '@preact/signals'
import type { Custody } from './custody.ts'
import type { Saver } from './saver.ts'

export type Update = {
  /** True where the user is to be asked. */
  readonly asks: ReadonlySignal<boolean>
  readonly running: ReadonlySignal<boolean>
  /** Saves in every tab, lets the new worker take over, and reloads every tab. Rejects where it cannot. */
  apply(): Promise<void>
  later(): void
}

const CHANNEL = 'holdfast-app'
/** Tells the other tabs to save now, and to reload once the new worker is in charge. */
const UPDATING = 'updating'
/** Time for the other tabs to save: a write takes a few milliseconds. */
const OTHERS_SAVE_WITHIN = 300

/** After a sign-out a new worker waits for a moment and takes over by itself: nobody is asked about that one. */
const ASK_AFTER = 1000

const pause = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds))

export const createUpdate = (custody: Custody, saver: Saver): Update => {
  const put = signal(false)
  const waits = signal(false)
  const running = signal(false)
  const channel = new BroadcastChannel(CHANNEL)

  effect(() => {
    put.value = false
    waits.value = false
    if (!custody.updateReady.value) return
    const timer = setTimeout(() => {
      waits.value = true
    }, ASK_AFTER)
    return () => clearTimeout(timer)
  })
  const reload = async (): Promise<void> => {
    await saver.flush()
    // Text that cannot be stored is on this screen only: it stays there.
    if (saver.failure.peek() === undefined) location.reload()
  }
  channel.addEventListener('message', (event: MessageEvent<unknown>) => {
    if (event.data !== UPDATING) return
    void saver.flush()
    navigator.serviceWorker?.addEventListener('controllerchange', () => void reload(), { once: true })
  })

  return {
    asks: computed(() => waits.value && !put.value),
    running,
    async apply() {
      running.value = true
      try {
        channel.postMessage(UPDATING)
        await Promise.all([saver.flush(), pause(OTHERS_SAVE_WITHIN)])
        await custody.applyUpdate()
        await reload()
      } finally {
        running.value = false
      }
    },
    later() {
      put.value = true
    },
  }
}
