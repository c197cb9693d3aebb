import { type ReadonlySignal, signal } from '@preact/signals'
import type { ErrorCode, PairingState, Session } from '../../kit/client.ts'
import { codeOf } from './custody.ts'

/** Between two looks, in milliseconds: the server lets one look twice a second. */
const every = 1200

/** After this long without an answer, in milliseconds, it is looked again: a worker that was killed meanwhile never answers. */
const patience = 4000

/** A pairing as this page shows it. The worker has it, and goes on with it when the page is gone. */
export type Pairing = {
  readonly state: ReadonlySignal<PairingState>
  /** Why what was asked last did not work. Cleared by what works. */
  readonly failure: ReadonlySignal<ErrorCode | undefined>
  /** True while something is asked that a person waits for. */
  readonly busy: ReadonlySignal<boolean>
  /** Shows the words and the QR code of a pairing: the one under way, or a new one. */
  offer(): Promise<void>
  /** A new one in any case. */
  offerAnew(): Promise<void>
  /** Goes on with one in which this device wants in, if there is one. */
  resume(): Promise<void>
  join(code: string): Promise<void>
  approve(): Promise<void>
  /** Calls it off unless the person has said yes, and looks no more. */
  close(): Promise<void>
}

/** What is answered in time, or `meanwhile`. */
const soon = async <T>(answer: Promise<T>, meanwhile: () => T): Promise<T> => {
  const late = Promise.withResolvers<T>()
  const timer = setTimeout(() => late.resolve(meanwhile()), patience)
  return Promise.race([answer, late.promise]).finally(() => clearTimeout(timer))
}

const isOver = ({ stage }: PairingState): boolean => stage === 'none' || stage === 'done' || stage === 'ended'

/** `session`: what this page has of the worker. `onDone`: one has come to its good end. */
export const createPairing = (session: () => Promise<Session>, onDone: () => void): Pairing => {
  const state = signal<PairingState>({ stage: 'none' })
  const failure = signal<ErrorCode | undefined>(undefined)
  const busy = signal(false)
  let timer: ReturnType<typeof setTimeout> | undefined
  /** Counts what was opened: an answer to what was closed meanwhile is dropped. */
  let round = 0

  /** What this page saw, and the worker no longer knows: it was cut off, or only what it came to was not told. */
  const lost = async (): Promise<PairingState> => {
    const before = state.peek()
    const side = 'side' in before ? before.side : 'new'
    if (side === 'new') {
      const here = await session()
      await here.poke()
      if (here.state.value.status === 'signed-in') return { stage: 'done', side }
    }
    return { stage: 'ended', side, reason: 'interrupted' }
  }
  const ask = async (work: (pairing: Session['pairing']) => Promise<PairingState>): Promise<void> => {
    const mine = round
    clearTimeout(timer)
    try {
      const told = await work((await session()).pairing)
      const next = told.stage === 'none' && !isOver(state.peek()) ? await lost() : told
      if (mine !== round) return
      if (next.stage === 'done' && state.peek().stage !== 'done') onDone()
      state.value = next
      failure.value = undefined
    } catch (thrown) {
      if (mine === round) failure.value = codeOf(thrown)
    }
    if (mine === round && !isOver(state.peek())) timer = setTimeout(look, every)
  }
  const look = () => ask((pairing) => soon(pairing.look(), () => state.peek()))
  const waiting = async (work: () => Promise<void>): Promise<void> => {
    busy.value = true
    await work()
    busy.value = false
  }
  const begin = () => {
    round += 1
    state.value = { stage: 'none' }
    failure.value = undefined
  }
  const offerAnew = () => {
    begin()
    return waiting(() => ask((pairing) => pairing.offer()))
  }

  /** A device that was let in is told of when it has come, though nobody looks at the dialog any more. */
  const follow = async (mine: number): Promise<void> => {
    const next = await session()
      .then(({ pairing }) => soon<PairingState | undefined>(pairing.look(), () => undefined))
      .catch((): PairingState => ({ stage: 'none' }))
    if (mine !== round) return
    if (next?.stage === 'done') onDone()
    else if (next === undefined || !isOver(next)) timer = setTimeout(() => void follow(mine), every)
  }

  return {
    state,
    failure,
    busy,
    offerAnew,
    offer() {
      begin()
      return waiting(() =>
        ask(async (pairing) => {
          const now = await pairing.look()
          return isOver(now) ? pairing.offer() : now
        }),
      )
    },
    resume() {
      begin()
      return ask(async (pairing) => {
        const now = await pairing.look()
        return isOver(now) ? { stage: 'none' } : now
      })
    },
    join(code) {
      begin()
      return waiting(() => ask((pairing) => pairing.join(code)))
    },
    approve: () => waiting(() => ask((pairing) => pairing.approve())),
    async close() {
      round += 1
      clearTimeout(timer)
      const isApproved = state.peek().stage === 'approved'
      const under = !isOver(state.peek()) && !isApproved
      state.value = { stage: 'none' }
      failure.value = undefined
      if (isApproved) void follow(round)
      if (under) await (await session()).pairing.cancel().catch(() => undefined)
    },
  }
}
