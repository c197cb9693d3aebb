/** Work that goes on after the event that began it was answered. */
export type Lifetime = {
  /** Takes in work. Its failure is nobody's: whoever began it has seen to that. */
  hold(work: Promise<unknown>): void
  /** Resolves when there is none left, also of what came meanwhile. */
  idle(): Promise<void>
}

/** A browser may end a worker when no event is pending, so every event waits for all the work there is. */
export const createLifetime = (): Lifetime => {
  const pending = new Set<Promise<unknown>>()
  return {
    hold(work) {
      const settled = work.catch(() => undefined).finally(() => pending.delete(settled))
      pending.add(settled)
    },
    async idle() {
      while (pending.size > 0) await Promise.all(pending)
    },
  }
}
