import 'fake-indexeddb/auto'
import { describe, expect, it } from 'vitest'
import { databaseOf, notebooksDatabase, notebooksStore } from '../../../src/data/notebooks-store.ts'
import { newNote } from '../../../src/notebook/note.ts'
import type { Keeper } from '../../../src/sw/keeper.ts'
import { createOpened } from '../../../src/sw/sync/opened.ts'
import { ACCOUNT } from '../../../src/sw/sync/store.ts'

const FIRST = 'holdfast-notes'

/** A worker on a device of its own: who is signed in is set, and what is open is read. */
const device = () => {
  const store = notebooksStore(notebooksDatabase(crypto.randomUUID()))
  let sub: string | undefined
  const keeper = {
    provider: { issuer: 'https://id.example.com' },
    live: () => (sub === undefined ? undefined : { account: { sub } }),
  } as Partial<Keeper> as Keeper
  const start = () => createOpened(store, keeper, (name) => name)
  return {
    start,
    store,
    opened: start(),
    as(next: string | undefined) {
      sub = next
    },
  }
}

describe('the notebook that a worker has open', () => {
  it('is not known before it was looked at', () => {
    expect(() => device().opened.here()).toThrow()
  })

  it('may go to the server only where it is of who is signed in', async () => {
    const { opened, as } = device()
    as('A')
    await opened.follow(undefined)
    expect([opened.here(), opened.isOwn()]).toEqual([FIRST, false])
    await opened.bind('add')
    expect([opened.here(), opened.isOwn()]).toEqual([FIRST, true])
    // Somebody else is signed in, and nobody has looked yet.
    as('B')
    expect(opened.isOwn()).toBe(false)
    await opened.follow(undefined)
    expect(opened.isOwn()).toBe(false)
    expect(opened.here()).not.toBe(FIRST)
  })

  it('of one account is never another one’s, at the same provider or elsewhere', async () => {
    const { opened, as } = device()
    const names: string[] = []
    for (const sub of ['A', 'B', 'A\nB']) {
      as(sub)
      await opened.bind('separate')
      names.push(opened.here())
    }
    expect(new Set([FIRST, ...names]).size).toBe(4)
  })

  it('stays in view where the session is lost, and is put away where it is ended', async () => {
    const { opened, as } = device()
    as('A')
    await opened.bind('add')
    as(undefined)
    await opened.follow(undefined)
    expect(opened.here()).toBe(FIRST)
    as('A')
    await opened.leave(async () => {
      // Whoever looks meanwhile does not bring it back.
      await opened.follow(undefined)
      expect(opened.here()).not.toBe(FIRST)
      as(undefined)
    })
    await opened.follow(undefined)
    expect(opened.here()).not.toBe(FIRST)
  })

  it('comes back where the session did not end after all', async () => {
    const { opened, as } = device()
    as('A')
    await opened.bind('add')
    await expect(opened.leave(() => Promise.reject(new Error('The vault is full.')))).rejects.toThrow()
    await opened.follow(undefined)
    expect(opened.here()).toBe(FIRST)
  })

  it('is what another worker has made it', async () => {
    const { opened, start, as } = device()
    as('A')
    await opened.bind('separate')
    const next = start()
    await next.follow(undefined)
    expect([next.here(), next.isOwn()]).toEqual([opened.here(), true])
  })

  it('is the one that was synced before notebooks were of accounts, and no other', async () => {
    const database = databaseOf(FIRST)
    await database.replica.put({ id: ACCOUNT, value: 'the account' })
    const [same, other] = [device(), device()]
    same.as('A')
    other.as('A')
    await same.opened.follow('the account')
    expect([same.opened.here(), same.opened.isOwn()]).toEqual([FIRST, true])
    await other.opened.follow('another account')
    expect(other.opened.isOwn()).toBe(true)
    expect(other.opened.here()).not.toBe(FIRST)
    await database.replica.clear()
  })

  it('says how many notes were left apart, until they are added', async () => {
    const { opened, as } = device()
    const { notes } = databaseOf(FIRST)
    await notes.bulkPut([newNote('a', 1), { ...newNote('b', 1), trashedAt: 2 }])
    as('A')
    await opened.bind('separate')
    expect([opened.apart(), opened.moves()]).toEqual([1, []])
    const own = opened.here()
    await opened.bind('add')
    expect([opened.here(), opened.apart(), opened.moves()]).toEqual([own, 0, [FIRST]])
    await notes.clear()
  })
})
