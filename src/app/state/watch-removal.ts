import { effect, type ReadonlySignal } from '@preact/signals'
import type { Custody } from './custody.ts'

/** A device that is removed is to say so within five seconds. */
const every = 3000

/**
 * While a page is looked at and signed in, the worker asks the server now and then whether the session is still there. Nothing
 * is asked of a page that nobody sees, signed out, or where `wanted` is false: without a network, or where somebody writes, for
 * a worker that is asked every few seconds never sleeps.
 */
export const watchRemoval = (custody: Custody, wanted: ReadonlySignal<boolean>): void => {
  let timer: ReturnType<typeof setTimeout> | undefined
  const schedule = (): void => {
    clearTimeout(timer)
    const here = wanted.value && document.visibilityState === 'visible'
    if (custody.state.value?.status === 'signed-in' && here) timer = setTimeout(look, every)
  }
  const look = (): void => {
    void custody.check().finally(schedule)
  }
  effect(schedule)
  document.addEventListener('visibilitychange', schedule)
}
