/** How often, in milliseconds: Firefox ends a worker that was asked for nothing new for 30 seconds, and 30 more where it still answers. */
const EVERY = 15_000

/**
 * Does `work` that waits for an answer through the worker, however long it takes: meanwhile the worker hears from the page, so
 * that the browser does not end it, and the answer with it.
 */
export const whileAwake = async <T>({ poke }: { poke(): void }, work: () => Promise<T>): Promise<T> => {
  const timer = setInterval(poke, EVERY)
  try {
    return await work()
  } finally {
    clearInterval(timer)
  }
}
