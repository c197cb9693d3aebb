import { AsyncLocalStorage } from 'node:async_hooks'
import { IDBFactory, IDBRequest, IDBTransaction } from 'fake-indexeddb'
import { vi } from 'vitest'
import { Secret } from '../../../../src/base/secret.ts'
import type { AnnounceMessage } from '../../../../src/protocol/messages.ts'
import { parseConfig } from '../../../../src/sw/config.ts'
import { createJournal } from '../../../../src/sw/journal.ts'
import { createLifetime } from '../../../../src/sw/lifetime.ts'
import { createRotation } from '../../../../src/sw/rotation.ts'
import { createIndexedStore, type Store } from '../../../../src/sw/store.ts'
import { openVault } from '../../../../src/sw/vault.ts'
import { createWorker, type Worker } from '../../../../src/sw/worker.ts'
import type { Network } from './network.ts'
import { resources } from './network.ts'
import { clientId, issuer } from './provider.ts'

export const origin = 'https://app.example.com'
export const callbackPath = '/auth/callback'

const config = parseConfig({
  callbackPath,
  providers: [{ id: 'main', issuer, clientId, scope: 'openid offline_access', responseMode: 'query', dpop: true }],
  resources: resources.map((one) => ({ ...one, paths: [...one.paths], methods: [...one.methods] })),
})

/** One run of the worker, from its start to its kill. What it began is not heard of any more after that. */
export type Life = {
  readonly number: number
  /** Resolves when the life is over. */
  readonly over: Promise<void>
  isOver(): boolean
  kill(): void
  /** Kills it before the `steps`-th thing from now that it does to the disk or the network, or right after. */
  killIn(steps: number, after: boolean): void
  guard<T>(work: () => Promise<T>): Promise<T>
  readonly locks: Map<string, Promise<unknown>>
}

const never = <T>(): Promise<T> => new Promise<T>(() => undefined)
const current = new AsyncLocalStorage<Life>()

const beginLife = (number: number): Life => {
  let isOver = false
  let left = Number.POSITIVE_INFINITY
  let killsAfter = false
  const { promise: over, resolve } = Promise.withResolvers<void>()
  const kill = () => {
    isOver = true
    resolve()
  }
  return {
    number,
    over,
    isOver: () => isOver,
    kill,
    killIn(steps, after) {
      left = steps
      killsAfter = after
    },
    /** Effects alone pass here. A worker that is killed sees no outcome, whether or not the work was done. */
    async guard(work) {
      left -= 1
      const isLast = left <= 0
      if (isLast && !killsAfter) kill()
      if (isOver) return never()
      try {
        const value = await work()
        if (isLast) kill()
        return isOver ? never() : value
      } catch (error) {
        if (isOver) return never()
        throw error
      }
    },
    locks: new Map(),
  }
}

const guardStore = (store: Store, life: Life): Store => ({
  read: (from, name) => life.guard(() => store.read(from, name)),
  names: (from) => life.guard(() => store.names(from)),
  commit: (changes, durability) => life.guard(() => store.commit(changes, durability)),
})

/** Locks of the one origin there is; those of a worker end with it (Web Locks §2.4). */
const requestLock = async <T>(name: string, _options: unknown, work: () => Promise<T>): Promise<T> => {
  const life = current.getStore()
  if (life === undefined || life.isOver()) return never()
  const before = life.locks.get(name)
  const held = (async () => {
    await before?.catch(() => undefined)
    return work()
  })()
  life.locks.set(name, held)
  return held
}

const realSetTimeout = globalThis.setTimeout

/**
 * What the worker's code finds around it: IndexedDB, locks, whether there is a network, and timers. A pause takes no time
 * here but moves the clock; a time-out, which is longer, never comes: nothing here keeps anybody waiting.
 */
export const setGlobals = (clock: { now: number }, network: () => Network | undefined): void => {
  vi.stubGlobal('IDBTransaction', IDBTransaction)
  vi.stubGlobal('IDBRequest', IDBRequest)
  vi.stubGlobal('navigator', {
    userAgent: 'Mozilla/5.0 (X11; Linux x86_64) Chrome/140.0',
    locks: { request: requestLock },
    get onLine() {
      return network()?.isUp() ?? true
    },
  })
  const pause = (work: () => void, milliseconds = 0) => {
    const life = current.getStore()
    if (life === undefined) return realSetTimeout(work, milliseconds)
    if (milliseconds > 2000) return undefined
    return realSetTimeout(() => {
      clock.now += milliseconds
      if (!life.isOver()) work()
    }, 0)
  }
  vi.stubGlobal('setTimeout', pause)
}

/** A browser: its disk, its tabs, and the worker in it, which is started for each thing to do where none runs. */
export const createBrowser = (network: Network, clock: { readonly now: number }) => {
  vi.stubGlobal('indexedDB', new IDBFactory())
  const share = () => new Secret(new Uint8Array(32).fill(9))
  const announced: AnnounceMessage[] = []
  let lives = 0
  let running: { readonly life: Life; readonly worker: Promise<Worker>; idle(): Promise<void> } | undefined
  let killNext: ((life: Life) => void) | undefined

  const boot = async (life: Life, hold: (work: Promise<unknown>) => void): Promise<Worker> => {
    const store = guardStore(createIndexedStore('holdfast-custody'), life)
    const fetch: typeof globalThis.fetch = (input, init) =>
      life.guard(() => network.send(new Request(input, init), life.number))
    const vault = await openVault(store, share(), 'sealed')
    const host = {
      origin,
      redirectUri: origin + callbackPath,
      announce: async (message: AnnounceMessage) => {
        if (!life.isOver()) announced.push(message)
      },
      claim: async () => undefined,
      activate: async () => undefined,
      wakeWhenOnline: async () => undefined,
    }
    const rotation = createRotation(store, fetch, undefined)
    const now = () => clock.now
    const journal = createJournal(store, fetch, now)
    return createWorker({ host, config, vault, rotation, journal, fetch, clock: now, random: () => 0.5, hold })
  }

  const start = () => {
    lives += 1
    const life = beginLife(lives)
    killNext?.(life)
    killNext = undefined
    const lifetime = createLifetime()
    const worker = current.run(life, () => boot(life, lifetime.hold))
    running = { life, worker, idle: () => current.run(life, lifetime.idle) }
    return running
  }

  return {
    announced,
    /**
     * What the worker answers, once nothing of what it began is under way any more; undefined where it was killed over it.
     * Rejects as the worker does.
     */
    async ask<T>(question: (worker: Worker) => Promise<T>): Promise<{ readonly value: T } | undefined> {
      const here = running === undefined || running.life.isOver() ? start() : running
      const killed = here.life.over.then(() => undefined)
      const answered = current.run(here.life, async () => {
        const worker = await here.worker
        try {
          return { value: await question(worker) }
        } finally {
          await here.idle()
        }
      })
      // Of a killed worker nothing is heard any more, not even that it failed.
      answered.catch(() => undefined)
      return Promise.race([answered, killed])
    },
    kill() {
      running?.life.kill()
      killNext = undefined
    },
    /** Kills the worker in the middle of what it does next. */
    killSoon(steps: number, after: boolean) {
      if (running === undefined || running.life.isOver()) killNext = (life) => life.killIn(steps, after)
      else running.life.killIn(steps, after)
    },
    disarm() {
      killNext = undefined
      running?.life.killIn(Number.POSITIVE_INFINITY, false)
    },
    /** The names of the records on the disk. */
    names: () => createIndexedStore('holdfast-custody').names('records'),
  }
}

export type Browser = ReturnType<typeof createBrowser>
