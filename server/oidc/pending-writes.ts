import type { NewRecord, OidcRecords } from '../store/oidc-records.ts'

/** Something to be stored: a record, or whatever else is done to one. */
export type PendingWrite = NewRecord | (() => Promise<unknown>)

/**
 * What a request writes, kept until its answer is about to go out: the provider asks for one write after the other, and each would
 * wait for the disk. By model, one each: whoever asks for a model of which something is kept has all of it stored first.
 */
export const createPendingWrites = (records: OidcRecords) => {
  const kept = new WeakMap<object, Map<string, PendingWrite>>()
  const stored = new WeakMap<object, Promise<void>>()

  const store = async (writes: readonly PendingWrite[]): Promise<void> => {
    const puts = writes.filter((write) => typeof write !== 'function')
    const others = writes.filter((write) => typeof write === 'function')
    await Promise.all([puts.length === 0 ? undefined : records.putAll(puts), ...others.map((run) => run())])
  }

  /** Stores what this request has kept. Resolves when all of it is there, and rejects where that cannot be. */
  const flush = async (request: object): Promise<void> => {
    const writes = [...(kept.get(request)?.values() ?? [])]
    kept.delete(request)
    const before = stored.get(request)
    const now = before === undefined ? store(writes) : before.then(() => store(writes))
    stored.set(request, now)
    await now
  }

  /** Stores what is kept if something of this model is among it. */
  const settle = async (request: object | undefined, model: string): Promise<void> => {
    if (request === undefined) return
    if (kept.get(request)?.has(model) === true) await flush(request)
    else await stored.get(request)
  }

  return {
    flush,
    settle,
    async add(request: object, model: string, write: PendingWrite): Promise<void> {
      await settle(request, model)
      const writes = kept.get(request) ?? new Map<string, PendingWrite>()
      kept.set(request, writes.set(model, write))
    },
  }
}

export type PendingWrites = ReturnType<typeof createPendingWrites>
