import { type ReadonlySignal, signal } from '@preact/signals'

const ANSWER_WITHIN = 10_000
const AT_MOST_EVERY = 30_000
const FIRST_RETRY = 1000
const LAST_RETRY = 60_000

/** A gateway that answers for a server that does not is as good as no answer. */
export const isReachable = (status: number): boolean => ![502, 503, 504].includes(status)

/** When to look again after so many failures in a row, in milliseconds. */
export const retryAfter = (failures: number): number =>
  Math.min(FIRST_RETRY * 2 ** Math.max(0, failures - 1), LAST_RETRY)

export type Network = {
  /** False where the browser knows that it is offline, or our own server did not answer the last time. */
  readonly online: ReadonlySignal<boolean>
  /** Looks for the first time, and from then on when the page is looked at or the network comes back. */
  start(): void
}

const ask = async (address: string): Promise<boolean> => {
  try {
    const answer = await fetch(address, { cache: 'no-store', signal: AbortSignal.timeout(ANSWER_WITHIN) })
    return isReachable(answer.status)
  } catch {
    return false
  }
}

/** `address`: the server's status, which anyone may ask for. `onBack`: the server answers again. */
export const createNetwork = (address: string, onBack: () => void): Network => {
  const online = signal(navigator.onLine)
  let failures = 0
  let lastLook = Number.NEGATIVE_INFINITY
  let retry: ReturnType<typeof setTimeout> | undefined

  const settle = (reached: boolean): void => {
    failures = reached ? 0 : failures + 1
    const back = reached && !online.peek()
    online.value = reached
    if (back) onBack()
    if (!reached) retry = setTimeout(look, retryAfter(failures))
  }
  const look = async (): Promise<void> => {
    clearTimeout(retry)
    lastLook = performance.now()
    settle(await ask(address))
  }
  const lookIfDue = (): void => {
    const due = performance.now() - lastLook >= AT_MOST_EVERY
    if (document.visibilityState === 'visible' && due) void look()
  }

  return {
    online,
    start() {
      void look()
      addEventListener('focus', lookIfDue)
      document.addEventListener('visibilitychange', lookIfDue)
      addEventListener('online', () => void look())
      addEventListener('offline', () => {
        online.value = false
      })
    },
  }
}
