/** How long to wait for another worker of this origin before going on without it; the server bears a doubled refresh. */
const patience = 3000

/**
 * Runs `work` alone in this origin where that can be had. `name` must be one that a page cannot guess, because a page can
 * take, hold or steal any lock of its origin: none of that may stop or fail the work.
 */
export const runAlone = async <T>(name: string, work: () => Promise<T>): Promise<T> => {
  let running: Promise<T> | undefined
  const start = () => {
    running ??= work()
    return running
  }
  try {
    await navigator.locks.request(name, { signal: AbortSignal.timeout(patience) }, start)
  } catch {
    // Held for too long, stolen, or there are no locks here. What was begun goes on, what was not begins now.
  }
  return start()
}
