import fc from 'fast-check'
import { expect } from 'vitest'
import { type SyncTransport, TransportError } from '../../../../src/sync/ports.ts'
import { SyncFault } from '../../../../src/sync/wire/faults.ts'
import type { TestDevice } from '../../sync/support/account.ts'
import { createMemoryStore, type MemoryStore, startEngine } from '../../sync/support/replica.ts'

/** What befalls one call to the server, or one commit. */
const fates = ['fine', 'fine', 'fine', 'fine', 'lost before', 'lost after', 'twice'] as const
type Fate = (typeof fates)[number]
const deaths = ['live', 'live', 'live', 'live', 'live', 'killed before', 'killed after'] as const
type Death = (typeof deaths)[number]

type Step =
  | { readonly type: 'edit'; readonly replica: number; readonly note: number; readonly at: number }
  /** All of these exchange at once. */
  /** Loses what it remembers of sync, or has an older one of it again. */
  | { readonly type: 'forget'; readonly replica: number; readonly how: 'all' | 'older' }
  | { readonly type: 'exchange'; readonly who: readonly number[]; readonly fates: Fate[]; readonly deaths: Death[] }

const replica = fc.nat({ max: 4 })
const edit: fc.Arbitrary<Step> = fc.record({
  type: fc.constant('edit' as const),
  replica,
  note: fc.nat({ max: 2 }),
  at: fc.nat({ max: 60 }),
})
const forget: fc.Arbitrary<Step> = fc.record({
  type: fc.constant('forget' as const),
  replica,
  how: fc.constantFrom('all' as const, 'older' as const),
})
const exchange: fc.Arbitrary<Step> = fc.record({
  type: fc.constant('exchange' as const),
  who: fc.uniqueArray(replica, { minLength: 1, maxLength: 3 }),
  fates: fc.array(fc.constantFrom(...fates), { maxLength: 12 }),
  deaths: fc.array(fc.constantFrom(...deaths), { maxLength: 8 }),
})
/** What people do, and what befalls them. */
export const history = fc.array(fc.oneof({ weight: 3, arbitrary: edit }, { weight: 2, arbitrary: exchange }, forget), {
  minLength: 4,
  maxLength: 30,
})

class Killed extends Error {}

/** A network that loses requests, or their answers, and sends some twice. */
const unreliable = (inner: SyncTransport, next: () => Fate): SyncTransport => {
  const through = async <T>(ask: () => Promise<T>): Promise<T> => {
    const fate = next()
    // Others have their turn, so exchanges that run at once mix.
    await new Promise((resolve) => setImmediate(resolve))
    if (fate === 'lost before') throw new TransportError({ type: 'unavailable' })
    if (fate === 'twice') await ask()
    const answer = await ask()
    if (fate === 'lost after') throw new TransportError({ type: 'unavailable' })
    return answer
  }
  return {
    log: (...given) => through(() => inner.log(...given)),
    records: (...given) => through(() => inner.records(...given)),
    post: (...given) => through(() => inner.post(...given)),
    compact: (...given) => through(() => inner.compact(...given)),
    chunks: (...given) => through(() => inner.chunks(...given)),
    putChunk: (...given) => through(() => inner.putChunk(...given)),
    getChunk: (...given) => through(() => inner.getChunk(...given)),
  }
}

const insert = (body: string, at: number, word: string): string => body.slice(0, at) + word + body.slice(at)

/** What a replica is kept in: the one of a test in memory, or one of the product. */
export type KeptReplica = Pick<MemoryStore, 'store' | 'edit' | 'texts'> & {
  readonly kept: Pick<MemoryStore['kept'], 'memory' | 'own'> & { readonly outbox: readonly unknown[] }
}
type Keep = (onCommit: (stage: 'before' | 'after') => void, at: number) => KeptReplica

/** Replicas over a server, each with its own bad luck. */
export const startReplicas = (
  devices: readonly TestDevice[],
  transportOf: (at: number) => SyncTransport,
  keep: Keep = createMemoryStore,
) =>
  devices.map((device, at) => {
    let luck: { fates: Fate[]; deaths: Death[] } = { fates: [], deaths: [] }
    let isDead = false
    const kept = keep((stage) => {
      if (stage === 'before' && isDead) throw new Killed()
      const death = stage === 'before' ? luck.deaths[0] : luck.deaths.shift()
      if (death === `killed ${stage}`) {
        isDead = true
        luck.deaths.shift()
        throw new Killed()
      }
    }, at)
    let older = kept.kept.memory
    const transport = unreliable(transportOf(at), () => luck.fates.shift() ?? 'fine')
    // So few edits at once that there are batches, one of which is sealed while another is on its way.
    const start = () => startEngine(device, kept.store, transport, 4, 2)
    return {
      ...kept,
      forget(how: 'all' | 'older'): void {
        const now = kept.kept.memory
        kept.kept.memory = how === 'all' ? undefined : structuredClone(older)
        if (how === 'all') kept.kept.own = []
        older = now
      },
      /** A new engine each time, as of a worker that was started again. */
      async exchange(given: typeof luck = { fates: [], deaths: [] }) {
        luck = { fates: [...given.fates], deaths: [...given.deaths] }
        isDead = false
        try {
          return await start()
            .exchange()
            .catch(async (error: unknown) => {
              // Killed when it was about to send, and without a memory after that: nobody can tell what became of it.
              if (!(error instanceof SyncFault) || error.code !== 'ROLLED_BACK') throw error
              await start().uploadMine()
              return start().exchange()
            })
        } catch (error) {
          if (error instanceof Killed || error instanceof TransportError) return undefined
          throw error
        }
      },
    }
  })

/** Lives through a history, then heals everything, and looks whether all is as it must be. */
export const live = async (replicas: ReturnType<typeof startReplicas>, steps: readonly Step[]): Promise<void> => {
  const words: { readonly note: string; readonly word: string }[] = []
  for (const [at, step] of steps.entries()) {
    if (step.type === 'edit') {
      const [note, word] = [`note/${step.note}`, `<${at}>`]
      replicas[step.replica % replicas.length]?.edit(note, (body) => insert(body, step.at, word))
      words.push({ note, word })
      continue
    }
    if (step.type === 'forget') {
      replicas[step.replica % replicas.length]?.forget(step.how)
      continue
    }
    const who = [...new Set(step.who.map((one) => one % replicas.length))]
    await Promise.all(who.map((one) => replicas[one]?.exchange({ fates: step.fates, deaths: step.deaths })))
  }
  for (let round = 0; round < 2; round += 1) {
    for (const one of replicas) {
      const outcome = await one.exchange()
      expect(outcome).toMatchObject({ quarantined: [], missing: [] })
    }
  }
  const [first, ...others] = replicas.map((one) => one.texts())
  for (const other of others) expect(other).toEqual(first)
  for (const note of new Set(words.map((one) => one.note))) {
    const letters = words.filter((one) => one.note === note).flatMap(({ word }) => [...word])
    expect([...(first?.[note] ?? '')].sort()).toEqual(letters.sort())
  }
  for (const one of replicas) expect(one.kept.outbox).toEqual([])
}
