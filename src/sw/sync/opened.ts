import { toBase64url, utf8 } from '../../base/bytes.ts'
import { sha256 } from '../../crypto/primitives.ts'
import {
  afterBinding,
  afterSignIn,
  afterSignOut,
  movesInto,
  type NotebookEntry,
  type Notebooks,
  type NotesChoice,
  notebookOf,
  openEntry,
} from '../../data/notebooks.ts'
import { databaseOf, freshName, type NotebooksStore } from '../../data/notebooks-store.ts'
import { isLive } from '../../notebook/note.ts'
import { HoldfastError } from '../../protocol/errors.ts'
import type { Keeper } from '../keeper.ts'
import { ACCOUNT } from './store.ts'

/** The notebook that is open, as this worker has it. Each step that changes which one waits for the one before. */
export type Opened<R> = {
  /** What is built over it. Throws INTERNAL where it is not known which one is open. */
  here(): R
  /** Whether it is of the account that is signed in: what is in it may go to the server. */
  isOwn(): boolean
  /** Opens what the session says. `account`: which account of sync the keys that are here open, base64url. */
  follow(account: string | undefined): Promise<void>
  /** Opens the notebook of the account that is signed in, with the notes that are of none, or without. */
  bind(choice: NotesChoice): Promise<void>
  /** Puts the notebook of the account away while `end` ends the session; where that fails, it comes back. */
  leave(end: () => Promise<void>): Promise<void>
  /** How many notes are of no account and in a notebook that is not open. */
  apart(): number
  /** The notebooks that are to be moved into the one that is open, by name. */
  moves(): readonly string[]
}

/** Who is signed in. `owner`: by that name notebooks are theirs, and nobody who reads it learns who that is. */
type Who = { readonly sub: string; readonly owner: string }

const whoIs = async ({ provider, live }: Keeper): Promise<Who | undefined> => {
  const sub = live()?.account.sub
  if (sub === undefined) return undefined
  const name = utf8(`holdfast notebook v1\n${provider.issuer}\n${sub}`)
  return { sub, owner: toBase64url((await sha256(name)).slice(0, 16)) }
}

const countApart = async (state: Notebooks): Promise<number> => {
  const local = notebookOf(state, null)
  return local === undefined || local.name === state.open ? 0 : databaseOf(local.name).notes.filter(isLive).count()
}

/** Whether sync has had this notebook before notebooks had owners. */
const wasOf = async ({ name }: NotebookEntry, account: string): Promise<boolean> =>
  (await databaseOf(name).replica.get(ACCOUNT))?.value === account

/** `build`: what is to be had over a notebook, by the name of its database. */
export const createOpened = <R>(store: NotebooksStore, keeper: Keeper, build: (name: string) => R): Opened<R> => {
  let state: Notebooks | undefined
  let here: R | undefined
  let who: Who | undefined
  let apart = 0
  let isLeaving = false
  let before: Promise<unknown> = Promise.resolve()

  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const done = before.then(work, work)
    before = done.catch(() => undefined)
    return done
  }
  const take = async (step: (now: Notebooks) => Notebooks): Promise<void> => {
    const next = await store.change(step)
    if (here === undefined || state?.open !== next.open) here = build(next.open)
    state = next
    apart = await countApart(next).catch(() => apart)
  }
  const bind = (whose: string, choice: NotesChoice): Promise<void> =>
    take((now) => afterBinding(now, whose, choice, freshName()))

  return {
    here() {
      if (here === undefined) throw new HoldfastError('INTERNAL')
      return here
    },
    isOwn: () =>
      state !== undefined &&
      who !== undefined &&
      who.sub === keeper.live()?.account.sub &&
      openEntry(state).owner === who.owner,
    follow: (account) =>
      inTurn(async () => {
        who = await whoIs(keeper)
        const whose = who?.owner
        // Without a session that is not a sign-out: its keys are lost, or it has run out, and the notes stay in view.
        if (whose === undefined || isLeaving) return take((now) => now)
        await take((now) => afterSignIn(now, whose, freshName()))
        if (account === undefined || state === undefined || notebookOf(state, whose) !== undefined) return
        await bind(whose, (await wasOf(openEntry(state), account)) ? 'add' : 'separate')
      }),
    bind: (choice) =>
      inTurn(async () => {
        who = await whoIs(keeper)
        if (who === undefined) throw new HoldfastError('SESSION_EXPIRED')
        await bind(who.owner, choice)
      }),
    async leave(end) {
      isLeaving = true
      try {
        await inTurn(() => take((now) => afterSignOut(now, freshName()))).catch(() => undefined)
        await end()
      } finally {
        isLeaving = false
      }
    },
    apart: () => apart,
    moves: () => (state === undefined ? [] : movesInto(state, state.open)),
  }
}
