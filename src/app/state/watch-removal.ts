import { effect } from '@preact/signals'
import type { Custody } from './custody.ts'
import type { Navigation } from './navigation.ts'
import type { Network } from './network.ts'

/** A device that is removed is to say so within five seconds. */
const every = 3000

/**
 * While Settings are looked at and signed in, the worker asks the server now and then whether the session is still there.
 * Nothing is asked of a page that nobody sees, without a network, signed out, or where somebody writes: a worker that is
 * asked every few seconds never sleeps.
 */
export const watchRemoval = (custody: Custody, network: Network, navigation: Navigation): void => {
  let timer: ReturnType<typeof setTimeout> | undefined
  const schedule = (): void => {
    clearTimeout(timer)
    const here = navigation.page.value === 'settings' && document.visibilityState === 'visible' && network.online.value
    if (custody.state.value?.status === 'signed-in' && here) timer = setTimeout(look, every)
  }
  const look = (): void => {
    void custody.check().finally(schedule)
  }
  effect(schedule)
  document.addEventListener('visibilitychange', schedule)
}
