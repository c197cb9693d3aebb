import 'fake-indexeddb/auto'
import { array, assert, constantFrom, property, tuple } from 'fast-check'
import { describe, expect, it, vi } from 'vitest'
import {
  afterBinding,
  afterSignIn,
  afterSignOut,
  movesInto,
  type NotebookEntry,
  type Notebooks,
  notebookOf,
  openEntry,
} from '../../../src/data/notebooks.ts'
import {
  countPutAway,
  databaseOf,
  notebooksDatabase,
  notebooksStore,
  readOpenNotebook,
} from '../../../src/data/notebooks-store.ts'
import { newNote } from '../../../src/notebook/note.ts'
import { untilHolds } from '../../support/deadline.ts'

const first: Notebooks = { open: 'holdfast-notes', all: [{ name: 'holdfast-notes', owner: null }] }
const ownerOf = (state: Notebooks) => openEntry(state).owner

describe('the notebooks of a device', () => {
  it('become the one of an account where its notes are added, and nothing is moved', () => {
    const bound = afterBinding(first, 'A', 'add', 'x')
    expect(bound).toEqual({ open: 'holdfast-notes', all: [{ name: 'holdfast-notes', owner: 'A' }] })
  })

  it('leave the notes of this device alone where they are kept separate, and show them again after a sign-out', () => {
    const bound = afterBinding(first, 'A', 'separate', 'x')
    expect(openEntry(bound)).toEqual({ name: 'x', owner: 'A' })
    expect(afterSignOut(bound, 'y')).toEqual({ ...bound, open: 'holdfast-notes' })
  })

  it('put the notes of an account away when it signs out, and bring them back when it signs in', () => {
    const out = afterSignOut(afterBinding(first, 'A', 'add', 'x'), 'y')
    expect(openEntry(out)).toEqual({ name: 'y', owner: null })
    expect(openEntry(afterSignIn(out, 'A', 'z'))).toEqual({ name: 'holdfast-notes', owner: 'A' })
  })

  it('show nobody what is of another account', () => {
    const bound = afterBinding(first, 'A', 'add', 'x')
    expect(openEntry(afterSignIn(bound, 'B', 'y'))).toEqual({ name: 'y', owner: null })
  })

  it('move what was written meanwhile into the notebook that an account has already', () => {
    const back = afterSignIn(afterSignOut(afterBinding(first, 'A', 'add', 'x'), 'y'), 'A', 'z')
    const added = afterBinding(back, 'A', 'add', 'z')
    expect(movesInto(added, 'holdfast-notes')).toEqual(['y'])
    expect(notebookOf(added, null)).toBeUndefined()
    expect(openEntry(afterSignOut(added, 'w'))).toEqual({ name: 'w', owner: null })
  })

  it('are never two of one owner, nor shown to another, whatever comes in whatever order', () => {
    const event = tuple(constantFrom('in', 'out', 'add', 'separate'), constantFrom('A', 'B', 'C'))
    assert(
      property(array(event, { maxLength: 30 }), (events) => {
        let state = first
        for (const [at, [what, who]] of events.entries()) {
          const fresh = `new-${at}`
          if (what === 'in') state = afterSignIn(state, who, fresh)
          else if (what === 'out') state = afterSignOut(state, fresh)
          else state = afterBinding(state, who, what === 'add' ? 'add' : 'separate', fresh)
          const live = state.all.filter(({ into }) => into === undefined)
          expect(new Set(live.map(({ owner }) => owner)).size).toBe(live.length)
          expect(live.map(({ name }) => name)).toContain(state.open)
          const allowed = what === 'out' ? [null] : what === 'in' ? [null, who] : [who]
          expect(allowed).toContain(ownerOf(state))
          // What moves into another is of the same owner: nothing goes from one account to the next.
          for (const { owner, into } of state.all.filter((entry) => entry.into !== undefined)) {
            expect(state.all.find(({ name }) => name === into)?.owner).toBe(owner)
          }
        }
      }),
    )
  })
})

describe('where it is written which notebook is open', () => {
  it('is the first before anybody has chosen, and where what is there cannot be read', async () => {
    const database = notebooksDatabase(crypto.randomUUID())
    const store = notebooksStore(database)
    expect(await store.read()).toEqual(first)
    await database.state.put({ id: 'notebooks', value: { open: 'another-database', all: [] } })
    expect(await readOpenNotebook(store)).toEqual({ name: 'holdfast-notes', owner: null })
  })

  it('counts what is of accounts that are not signed in', async () => {
    const store = notebooksStore(notebooksDatabase(crypto.randomUUID()))
    const name = `holdfast-notes-${crypto.randomUUID()}`
    await databaseOf(name).notes.bulkPut([newNote('a', 1), { ...newNote('b', 1), trashedAt: 2 }])
    await store.change((now) => afterBinding(now, 'A', 'separate', name))
    expect(await countPutAway(store)).toBe(0)
    await store.change((now) => afterSignOut(now, 'holdfast-notes-y'))
    expect(await countPutAway(store)).toBe(1)
  })

  it('does not keep the page waiting where it cannot be read', async () => {
    const never = {
      ...notebooksStore(notebooksDatabase(crypto.randomUUID())),
      read: () => new Promise<Notebooks>(() => undefined),
    }
    vi.useFakeTimers()
    const reading = readOpenNotebook(never)
    await vi.advanceTimersByTimeAsync(2000)
    vi.useRealTimers()
    expect((await reading).name).toBe('holdfast-notes')
  })

  it('takes steps one after the other, and tells each page of the last', async () => {
    const name = crypto.randomUUID()
    const [one, other] = [notebooksStore(notebooksDatabase(name)), notebooksStore(notebooksDatabase(name))]
    const told: NotebookEntry[] = []
    const stop = other.watch((now) => told.push(openEntry(now)))
    await untilHolds(() => expect(told).toHaveLength(1))
    const adding = (owner: string) => (now: Notebooks) => ({
      ...now,
      all: [...now.all, { name: `holdfast-notes-${owner}`, owner }],
    })
    await Promise.all([one.change(adding('A')), other.change(adding('B'))])
    expect((await one.read()).all).toHaveLength(3)
    await one.change((now) => afterSignIn(now, 'B', 'holdfast-notes-x'))
    await untilHolds(() => expect(told.at(-1)).toEqual({ name: 'holdfast-notes-B', owner: 'B' }))
    stop()
  })
})
