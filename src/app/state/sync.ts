import { computed, effect, type ReadonlySignal, signal, untracked } from '@preact/signals'
import type {
  ErrorCode,
  NotesChoice,
  Session,
  SessionState,
  SyncState,
  WordsProblem,
  WordsReply,
} from '../../kit/client.ts'
import { type Custody, codeOf } from './custody.ts'
import { type EventsDeps, followEvents } from './sync-events.ts'

/** What is asked of the worker and a person waits for. */
export type SyncAction = 'enable' | 'disable' | 'run' | 'stop' | 'uploadMine'

/** What came of words that were typed. */
export type WordsOutcome =
  | { readonly type: 'done' }
  | { readonly type: 'wrong'; readonly problem: WordsProblem }
  | { readonly type: 'failed'; readonly code: ErrorCode }

export type Sync = {
  readonly state: ReadonlySignal<SyncState>
  /** Whether the worker has said how it is since somebody has come or gone. */
  readonly isKnown: ReadonlySignal<boolean>
  readonly busy: ReadonlySignal<SyncAction | undefined>
  /** Why what was asked last did not work. Cleared by what works. */
  readonly failure: ReadonlySignal<ErrorCode | undefined>
  /** Asks for the state. Never rejects. */
  look(): Promise<void>
  /** Something may be to be exchanged: soon, and once for all who say so. */
  runSoon(): void
  /** Whether it was done. Never rejects. `notes`: where sync is enabled, what becomes of the notes of no account. */
  act(action: SyncAction, notes?: NotesChoice): Promise<boolean>
  forgetFailure(): void
  unlock(words: string): Promise<WordsOutcome>
  confirmKit(words: string): Promise<WordsOutcome>
  /** The words of a new recovery kit, or why there are none. */
  newKit(): Promise<{ readonly words: string } | { readonly code: ErrorCode }>
}

export type SyncDeps = {
  readonly custody: Pick<Custody, 'link' | 'state' | 'session'>
  readonly online: ReadonlySignal<boolean>
  /** Whether the page is looked at. */
  readonly visible: ReadonlySignal<boolean>
  /** Is another each time when notes or files of this device have changed. */
  readonly changes: ReadonlySignal<unknown>
  /** Where the server tells of the account; undefined where pages cannot ask it, as in an extension. */
  readonly events: string | undefined
  readonly fetch: EventsDeps['fetch']
  readonly random: () => number
}

/** From a change until the worker is told, so that what comes in one go comes together; milliseconds. */
const RUN_AFTER = 20
/** Between one and the next of many, milliseconds: whoever types is not sent letter by letter. */
const RUN_APART = 300
/** How often the worker is asked to look where the server cannot tell. */
const RUN_EVERY = 10_000
/** A page that was left for so long hears nothing any more. */
const LISTEN_FOR = 60_000

/** True until the page has not been looked at for a while. */
const lingering = (visible: ReadonlySignal<boolean>): ReadonlySignal<boolean> => {
  const lingers = signal(visible.peek())
  effect(() => {
    if (visible.value) {
      lingers.value = true
      return
    }
    const timer = setTimeout(() => {
      lingers.value = false
    }, LISTEN_FOR)
    return () => clearTimeout(timer)
  })
  return lingers
}

/** Who is signed in, as far as it changes what the worker says of sync. */
const whoOf = ({ state }: SyncDeps['custody']): string | undefined => {
  const now = state.value
  return now === undefined ? undefined : `${now.status} ${'account' in now ? now.account.sub : ''}`
}

/** Whether there is an account to hear of: one whose session has ended, here or elsewhere, is heard of at once, sync or no sync. */
const isHearing = (session: SessionState | undefined, sync: SyncState): boolean =>
  session?.status === 'signed-in' &&
  !(sync.stage === 'on' && (sync.problem?.type === 'removed' || sync.problem?.type === 'signed-out'))

const outcomeOf = async (work: Promise<WordsReply>): Promise<WordsOutcome> => {
  try {
    const { problem } = await work
    return problem === null ? { type: 'done' } : { type: 'wrong', problem }
  } catch (thrown) {
    return { type: 'failed', code: codeOf(thrown) }
  }
}

/** Sync as this page shows it. The worker does it; the page tells it when there may be something to do. */
export const createSync = (deps: SyncDeps): Sync => {
  const { custody, online, visible, changes } = deps
  const isKnown = signal(false)
  const busy = signal<SyncAction | undefined>(undefined)
  const failure = signal<ErrorCode | undefined>(undefined)
  const isRefused = signal(false)
  const state = computed<SyncState>(() =>
    custody.link.value.status === 'ready' ? custody.link.value.session.sync.state.value : { stage: 'unavailable' },
  )
  const who = computed(() => whoOf(custody))
  const ask = async <T>(work: (sync: Session['sync']) => Promise<T>): Promise<T> => work((await custody.session()).sync)

  const look = async (): Promise<void> => {
    const asked = who.peek()
    isRefused.value = false
    await ask((sync) => sync.look()).catch(() => undefined)
    if (asked === who.peek()) isKnown.value = true
  }
  let timer: ReturnType<typeof setTimeout> | undefined
  let ranAt = Number.NEGATIVE_INFINITY
  const run = (): void => {
    timer = undefined
    ranAt = performance.now()
    const now = state.peek()
    if (now.stage !== 'on') return
    // What a person has stopped goes on when a person says so; what waits is counted all the same.
    const isStopped = now.problem?.type === 'stopped'
    void ask((sync) => (isStopped ? sync.look() : sync.run())).catch(() => undefined)
  }
  const runSoon = (): void => {
    if (timer !== undefined || state.peek().stage !== 'on') return
    timer = setTimeout(run, Math.max(RUN_AFTER, ranAt + RUN_APART - performance.now()))
  }

  effect(() => {
    void who.value
    isKnown.value = false
  })
  effect(() => {
    void custody.state.value
    if (who.value !== undefined && visible.value) untracked(() => void look())
  })

  const isOn = computed(() => state.value.stage === 'on')
  effect(() => {
    // Where sync has come on, the page is looked at or left, or the network is back, there may be something as well.
    void [changes.value, isOn.value, visible.value, online.value]
    untracked(runSoon)
  })

  const lingers = lingering(visible)
  const hears = computed(() => isHearing(custody.state.value, state.value) && online.value)
  const listens = computed(() => hears.value && lingers.value && !isRefused.value)
  effect(() => {
    const { events, fetch, random } = deps
    if (events === undefined) {
      if (!hears.value || !isOn.value || !visible.value) return
      const every = setInterval(runSoon, RUN_EVERY)
      return () => clearInterval(every)
    }
    if (!listens.value) return
    const onRefused = () => {
      isRefused.value = true
    }
    return followEvents({ address: events, fetch, random, onEvent: runSoon, onRefused })
  })

  return {
    state,
    isKnown,
    busy,
    failure,
    look,
    runSoon,
    async act(action, notes) {
      busy.value = action
      try {
        await ask((sync) => (action === 'enable' ? sync.enable(notes) : sync[action]()))
        failure.value = undefined
        return true
      } catch (thrown) {
        failure.value = codeOf(thrown)
        return false
      } finally {
        busy.value = undefined
      }
    },
    forgetFailure() {
      failure.value = undefined
    },
    unlock: (words) => outcomeOf(ask((sync) => sync.unlock(words))),
    confirmKit: (words) => outcomeOf(ask((sync) => sync.confirmKit(words))),
    async newKit() {
      try {
        return { words: await ask((sync) => sync.newKit()) }
      } catch (thrown) {
        return { code: codeOf(thrown) }
      }
    },
  }
}
