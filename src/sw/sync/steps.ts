/** Who waits for something long hears of each step of it: an answer of the server, a note that was sealed or opened. */
export type Steps = {
  done(): void
  /** Whoever does them: sync does one thing at a time, and what waits for it is not dead. */
  hearDuring<T>(hear: (() => void) | undefined, work: Promise<T>): Promise<T>
}

export const createSteps = (): Steps => {
  const listeners = new Set<() => void>()
  return {
    done() {
      for (const hear of listeners) hear()
    },
    hearDuring(hear = () => undefined, work) {
      listeners.add(hear)
      return work.finally(() => listeners.delete(hear))
    },
  }
}
