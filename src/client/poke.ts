import { effect, type ReadonlySignal } from '@preact/signals'
import type { SessionState } from '../protocol/messages.ts'

/** Timers longer than this overflow in browsers. */
const longest = 2 ** 31 - 1
/** Between tries where a refresh is overdue, as when the provider is away; the worker has its own back-off. */
const overdue = 30_000

/**
 * A worker is not awake to watch the clock, so a visible page tells it when the time of `refreshAt` has come, and when
 * the page becomes visible or the network comes back.
 */
export const followRefresh = (state: ReadonlySignal<SessionState>, poke: () => Promise<void>): void => {
  let timer: ReturnType<typeof setTimeout> | undefined
  const pokeQuietly = () => {
    poke().catch(() => undefined)
  }
  const schedule = () => {
    clearTimeout(timer)
    const current = state.value
    if (current.status !== 'signed-in' || document.visibilityState !== 'visible') return
    const left = current.refreshAt - Date.now()
    timer = setTimeout(pokeQuietly, left > 0 ? Math.min(longest, left) : overdue)
  }
  effect(schedule)
  document.addEventListener('visibilitychange', () => {
    if (document.visibilityState === 'visible') pokeQuietly()
    schedule()
  })
  addEventListener('online', pokeQuietly)
}
