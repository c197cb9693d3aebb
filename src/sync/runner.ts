import { TransportError } from './ports.ts'

/** Milliseconds before the next try: twice as long each time, five minutes at most, and never the same for all. `random`: 0 to 1. */
export const backOff = (failures: number, random: number, asked = 0): number =>
  Math.max(asked, Math.min(300_000, 1000 * 2 ** Math.min(failures, 20)) * (0.5 + random / 2))

export type RunState<T> =
  | { readonly type: 'idle' }
  | { readonly type: 'running' }
  | { readonly type: 'done'; readonly outcome: T }
  /** It comes again by itself after `wait` milliseconds, where that is known. */
  | { readonly type: 'failed'; readonly error: unknown; readonly wait: number | undefined }

export type RunnerDeps<T> = {
  readonly run: (signal: AbortSignal) => Promise<T>
  readonly random: () => number
  /** Sets a timer, and answers how to stop it. */
  readonly later: (act: () => void, milliseconds: number) => () => void
  readonly changed: (state: RunState<T>) => void
}

const waitOf = (error: unknown, failures: number, random: number): number | undefined =>
  error instanceof TransportError && error.problem.type === 'unavailable'
    ? backOff(failures, random, error.problem.retryAfter)
    : undefined

/** One exchange at a time. Who asks while one runs gets another after it, and many who ask get the same one. */
export const createRunner = <T>({ run, random, later, changed }: RunnerDeps<T>) => {
  let running: Promise<void> | undefined
  let isAsked = false
  let failures = 0
  let abort = new AbortController()
  let stopTimer = (): void => undefined

  const once = async (): Promise<void> => {
    abort = new AbortController()
    changed({ type: 'running' })
    try {
      const outcome = await run(abort.signal)
      failures = 0
      changed({ type: 'done', outcome })
    } catch (error) {
      if (abort.signal.aborted) return changed({ type: 'idle' })
      const wait = waitOf(error, failures, random())
      failures += 1
      changed({ type: 'failed', error, wait })
      if (wait !== undefined) stopTimer = later(() => void request(), wait)
    }
  }

  const loop = async (): Promise<void> => {
    while (isAsked) {
      isAsked = false
      await once()
    }
  }

  /** Resolves when an exchange that began after this, or does now, is over; it never rejects. */
  const request = (): Promise<void> => {
    stopTimer()
    isAsked = true
    running ??= loop().finally(() => {
      running = undefined
    })
    return running
  }

  return {
    request,
    /** Ends what runs at its next step; nothing is lost, and the next exchange goes on from there. */
    cancel(): void {
      stopTimer()
      isAsked = false
      abort.abort()
    },
  }
}
