import { toBase64url } from '../../base/bytes.ts'
import { openAnchor, sealAnchor } from '../../crypto/pairing-log.ts'
import { databaseOf, notebooksStore } from '../../data/notebooks-store.ts'
import { HoldfastError } from '../../protocol/errors.ts'
import type { SyncProblem, SyncRun, SyncState, WordsProblem, WordsReply } from '../../protocol/sync-state.ts'
import { createRunner } from '../../sync/runner.ts'
import type { CreateSync, SyncDeps, SyncHandlers } from '../sync-part.ts'
import { createAnchors } from './anchors.ts'
import { createBackup } from './backup.ts'
import { createHeld } from './held.ts'
import { createLive } from './live.ts'
import { createMembership } from './membership.ts'
import { moveNotebook } from './move.ts'
import { createOpened } from './opened.ts'
import { problemOf, toError } from './problems.ts'
import { createReplica, type Replica } from './replica.ts'
import { createSteps } from './steps.ts'
import { SYNCED_AT } from './store.ts'

const typed = <T>(work: Promise<T>): Promise<T> =>
  work.catch((thrown: unknown) => {
    throw toError(thrown)
  })

/** Sync of this device: its keys, its replica, and what a page may ask of both. */
export const createSync: CreateSync = (given) => {
  const steps = createSteps()
  const deps: SyncDeps = {
    ...given,
    async ask(url, init) {
      const response = await given.ask(url, init)
      steps.done()
      return response
    },
  }
  const { vault, keeper, hold } = deps
  let run: SyncRun = { type: 'idle' }
  let problem: SyncProblem | null = null
  let missing = 0
  let waiting = 0
  /** The next exchange is to send everything that is here. */
  let isAnew = false

  const progress = (now: SyncRun): void => {
    run = now
    hold(tell().catch(() => undefined))
  }
  const anchors = createAnchors(vault, keeper)
  const held = createHeld(vault, keeper, anchors)
  const opened = createOpened(notebooksStore(), keeper, (name) => createReplica(deps, held, progress, databaseOf(name)))
  const { here } = opened
  const membership = createMembership(deps, held, anchors, opened)
  const backup = createBackup(here, held, deps.clock, steps.done)
  /** Notebooks from which this worker has moved everything. */
  const moved = new Set<string>()
  const moveInto = async ({ database }: Replica): Promise<void> => {
    for (const name of opened.moves().filter((one) => !moved.has(one))) {
      await moveNotebook(databaseOf(name), database, deps.clock)
      moved.add(name)
    }
  }

  const count = async (): Promise<void> => {
    const before = waiting
    const counted = async () => here().waiting()
    waiting = held.keys().size === 0 ? 0 : await counted().catch(() => before)
    if (waiting !== before) deps.counted()
  }

  const describe = async (): Promise<SyncState> => {
    if (vault.grade === 'memory') return { stage: 'unavailable' }
    const apart = opened.apart()
    if (held.record() === undefined)
      return keeper.live() === undefined ? { stage: 'unavailable' } : { stage: 'off', apart }
    if (held.keys().size === 0) return { stage: 'locked' }
    await count()
    const isOver = keeper.live() === undefined
    return {
      stage: 'on',
      run,
      waiting,
      syncedAt: await here().time(SYNCED_AT),
      kit: held.kit(),
      problem: isOver ? { type: 'signed-out', code: 'SESSION_EXPIRED' } : problem,
      aside: await here().aside(),
      missing,
      apart,
    }
  }
  const tell = async (): Promise<SyncState> => {
    const state = await describe()
    deps.announce(state)
    return state
  }

  const runner = createRunner<number>({
    async run(signal) {
      const replica = here()
      await moveInto(replica)
      if (isAnew) await replica.uploadMine(signal)
      isAnew = false
      const withheld = await replica.exchange(signal)
      hold(backup.keepAtServer().catch(() => undefined))
      return withheld
    },
    random: deps.random,
    later(act, milliseconds) {
      const timer = setTimeout(act, milliseconds)
      return () => clearTimeout(timer)
    },
    changed(state) {
      if (state.type === 'done') {
        problem = null
        missing = state.outcome
      } else if (state.type === 'failed') problem = problemOf(state.error)
      else if (state.type === 'idle') problem = { type: 'stopped', code: 'SYNC_STOPPED' }
      if (state.type === 'failed' && problem?.type === 'offline') hold(deps.wakeWhenOnline())
      progress({ type: state.type === 'running' ? 'starting' : 'idle' })
    },
  })
  const request = async (): Promise<void> => {
    if (held.isOn() && opened.isOwn()) await runner.request()
  }
  const stream = createLive({
    open: (signal) => deps.ask(new URL(`${deps.base}/sync/events`), { signal, cache: 'no-store' }),
    onNews: () => hold(request()),
  })
  /** Goes on beside whatever was asked. */
  const begin = (): Promise<SyncState> => {
    hold(request())
    return tell()
  }
  const answered = async (wrong: WordsProblem | null): Promise<WordsReply> => {
    if (wrong === null) hold(request())
    return { state: await tell(), problem: wrong }
  }

  /** Takes up what the session is now: the keys that go with it, and the notebook. */
  const look = async (): Promise<void> => {
    if (held.record() === undefined) await held.restore()
    const [live, state, record] = [keeper.live(), keeper.state(), held.record()]
    const isAnother = live !== undefined && live.account.sub !== record?.sub
    const isRemoved = state.status === 'expired' && state.reason === 'device-removed'
    const isOver = record !== undefined && (isAnother || isRemoved || state.status === 'anonymous')
    const account = record === undefined || isOver || record.keys.length === 0 ? undefined : toBase64url(record.account)
    if (isOver) {
      runner.cancel()
      stream.stop()
    }
    await opened.follow(account)
    if (isOver) await held.keep(undefined)
    await count()
  }

  const long = <T>(step: (() => void) | undefined, work: Promise<T>) => steps.hearDuring(step, typed(work))

  const handlers: SyncHandlers = {
    'sync.get': describe,
    async 'sync.enable'({ notes }, step) {
      if (held.keys().size === 0) await long(step, membership.enable(notes ?? 'add'))
      else if (notes === 'add') await typed(opened.bind(notes))
      problem = null
      return begin()
    },
    async 'sync.disable'() {
      runner.cancel()
      stream.stop()
      await typed(held.keep(undefined))
      await here().forget()
      return tell()
    },
    async 'sync.run'() {
      if (held.isOn() && vault.grade === 'isolated') stream.heard()
      hold(request())
      return describe()
    },
    async 'sync.stop'() {
      runner.cancel()
      return describe()
    },
    'sync.unlock': async ({ words }, step) => answered(await long(step, membership.unlock(words))),
    async 'sync.newKit'() {
      const words = await typed(membership.newKit())
      await tell()
      return { words }
    },
    'sync.confirmKit': async ({ words }) => answered(await typed(membership.confirmKit(words))),
    async 'sync.uploadMine'() {
      if (!held.isOn()) throw new HoldfastError('SYNC_OFF')
      isAnew = true
      problem = null
      return begin()
    },
    'sync.backup': (_request, step) => long(step, backup.make()),
    'sync.fetchBackup': (_request, step) => long(step, backup.fetch()),
    'sync.openBackup': ({ words }, step) => long(step, backup.open(words)),
    async 'sync.applyBackup'({ words }, step) {
      const reply = await long(step, backup.apply(words))
      hold(request())
      return reply
    },
  }

  return {
    handlers,
    waiting: () => waiting,
    run: request,
    look,
    async leave(ended, end) {
      if (!ended.includes(keeper)) return end()
      await opened.leave(end).finally(() => look().catch(() => undefined))
    },
    async admit(device, own, transcript) {
      const anchor = await typed(membership.admit(device))
      return anchor === undefined ? null : sealAnchor(own, transcript, anchor)
    },
    openAnchor,
    async expel(publicKey) {
      await typed(membership.expel(publicKey))
      hold(request())
    },
  }
}
