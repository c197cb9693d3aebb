import { HoldfastError } from '../protocol/errors.ts'
import type { AnnounceMessage } from '../protocol/messages.ts'

/** Longer than the worker's own limit, so that its answer comes first. */
const patience = 28_000

/**
 * What the worker answers, however long it takes while it tells that it gets on. Rejects with WORKER_UNAVAILABLE where neither an
 * answer nor such a sign has come for `patience`. `follow` hears what the worker tells, and answers how to stop that.
 */
export const whileHeard = <T>(
  id: string,
  work: Promise<T>,
  follow: (hear: (told: AnnounceMessage | undefined) => void) => () => void,
): Promise<T> => {
  const { promise, reject } = Promise.withResolvers<never>()
  const start = () => setTimeout(() => reject(new HoldfastError('WORKER_UNAVAILABLE')), patience)
  let timer = start()
  const stop = follow((told) => {
    if (told?.type !== 'worker.busy' || told.id !== id) return
    clearTimeout(timer)
    timer = start()
  })
  return Promise.race([work, promise]).finally(() => {
    clearTimeout(timer)
    stop()
  })
}
