import 'fake-indexeddb/auto'
import { describe, expect, it } from 'vitest'
import { type NotesDatabase, notesDatabase } from '../../../src/data/database.ts'
import { personSettings, readPerson } from '../../../src/data/person-settings.ts'
import { settingsStore } from '../../../src/data/settings-store.ts'
import { settingsIn, withSettings } from '../../../src/notebook/settings.ts'
import { restoreSettings, settingsItems, settingsOffer, takeSettings } from '../../../src/sw/sync/settings.ts'
import { untilHolds } from '../../support/deadline.ts'

const open = () => notesDatabase(crypto.randomUUID())
const inSync = <T>(database: NotesDatabase, work: () => Promise<T>): Promise<T> =>
  Promise.resolve(
    database.transaction('rw', [database.synced, database.settings, database.changed], async () => work()),
  )
const chosen = async (database: NotesDatabase) => Object.fromEntries(settingsIn(await readPerson(database)))

/** Hands on what one has and the other has not, as sync does. */
const exchange = async (from: NotesDatabase, to: NotesDatabase): Promise<void> => {
  const offer = await inSync(from, () => settingsOffer(from))
  if (offer !== undefined) await inSync(to, () => takeSettings(to, [offer.body]))
}

describe('what a person has chosen', () => {
  it('waits to be sent, and what the device has chosen does not', async () => {
    const database = open()
    await settingsStore(database).set('asked', true)
    expect(await database.changed.count()).toBe(0)
    await personSettings(database).set({ theme: 'dark' })
    expect((await database.changed.toArray()).map(({ name }) => name)).toEqual(['settings'])
  })

  it('is on the other device without being a change of that one', async () => {
    const [one, other] = [open(), open()]
    const told: unknown[] = []
    const stop = personSettings(other).watch((values) => told.push(Object.fromEntries(values)))
    await personSettings(one).set({ theme: 'dark' })
    await exchange(one, other)
    await untilHolds(() => expect(told.at(-1)).toEqual({ theme: 'dark' }))
    stop()
    expect(await other.changed.count()).toBe(0)
    expect(await inSync(other, () => settingsOffer(other))).toBeUndefined()
  })

  it('is the same everywhere where two choose at once, each setting by itself, and the later choice counts', async () => {
    const [one, other] = [open(), open()]
    await personSettings(one).set({ theme: 'dark', size: 1 })
    await exchange(one, other)
    await personSettings(one).set({ size: 2 })
    await personSettings(other).set({ theme: 'light' })
    await exchange(one, other)
    await exchange(other, one)
    expect(await chosen(one)).toEqual({ theme: 'light', size: 2 })
    expect(await chosen(other)).toEqual(await chosen(one))
    await Promise.all([personSettings(one).set({ size: 3 }), personSettings(other).set({ size: 4 })])
    await exchange(one, other)
    await exchange(other, one)
    expect(await chosen(other)).toEqual(await chosen(one))
  })

  it('keeps what a newer version has chosen', async () => {
    const database = open()
    const newer = withSettings(undefined, { 'of.a.newer.version': { deep: [1, null] } })
    if (newer === undefined) throw new Error('There is a setting.')
    await inSync(database, () => takeSettings(database, [newer]))
    await personSettings(database).set({ theme: 'dark' })
    expect(await chosen(database)).toEqual({ 'of.a.newer.version': { deep: [1, null] }, theme: 'dark' })
  })

  it('is not changed by what changes nothing, nor by what cannot be read', async () => {
    const database = open()
    await personSettings(database).set({ theme: 'dark' })
    await database.changed.clear()
    await personSettings(database).set({ theme: 'dark' })
    expect(await database.changed.count()).toBe(0)
    await inSync(database, () => takeSettings(database, [new Uint8Array([1, 2, 3])]))
    expect(await chosen(database)).toEqual({ theme: 'dark' })
  })

  it('is in a backup, and comes back out of it as a change', async () => {
    const [one, other] = [open(), open()]
    await personSettings(one).set({ theme: 'dark' })
    const [item] = await settingsItems(one)
    if (item === undefined) throw new Error('There is an item.')
    await restoreSettings(other, item.body)
    expect(await chosen(other)).toEqual({ theme: 'dark' })
    expect((await other.changed.toArray()).map(({ name }) => name)).toEqual(['settings'])
    await other.changed.clear()
    await restoreSettings(other, item.body)
    expect(await other.changed.count()).toBe(0)
  })
})
