import type { Clock } from '../../base/clock.ts'
import { type ChangedRow, newStamp } from '../../data/changed.ts'
import type { NotesDatabase } from '../../data/database.ts'
import { readPerson } from '../../data/person-settings.ts'
import type { OfferedItem, OfferedRow } from '../../data/sync-rows.ts'
import { fileName, idIn, noteName, SETTINGS } from '../../notebook/item-name.ts'
import type { Commit, Edit, Incoming, SyncMemory, SyncStore } from '../../sync/ports.ts'
import { type SyncFaultCode, syncFaults } from '../../sync/wire/faults.ts'
import { largestRecord } from '../../sync/wire/record.ts'
import type { Vault } from '../vault.ts'
import { noteTables, offersOf, wholeOf } from './items.ts'
import { openMemory, sealMemory } from './memory.ts'
import { noteSeen, readSeen } from './seen.ts'
import { settingsOffer, takeSettings } from './settings.ts'
import { takeIn } from './taking-in.ts'

export const MEMORY = 'memory'
export const SYNCED_AT = 'synced-at'
export const BACKUP_AT = 'backup-at'
/** When what is held back was looked for. */
export const LOOKED_AT = 'looked-at'
/** Of which account the rows of sync are. */
export const ACCOUNT = 'account'

const isFault = (code: string): code is SyncFaultCode => Object.hasOwn(syncFaults, code)

/** Whether a file of this device is here, or was removed here. */
const isKnownFile = async ({ manifests, changed }: NotesDatabase, name: string): Promise<boolean> =>
  (await manifests.get(name)) !== undefined || (await changed.get(name)) !== undefined

/** So many are looked at in one go: those that do not go into a batch any more have to be looked at again. */
const atOnce = 50

const takeFile = async (database: NotesDatabase, name: string, changes: readonly Incoming[]): Promise<void> => {
  const file = changes.findLast(({ kind }) => kind === 'file')
  if (file === undefined || idIn('file', name) === undefined) return
  if (file.isRecalled && (await isKnownFile(database, name))) return
  await database.manifests.put({ name, manifest: file.body, state: 'wanted' })
}

const take = async (database: NotesDatabase, incoming: readonly Incoming[], now: number): Promise<void> => {
  const items = [...Map.groupBy(incoming, (one) => one.name)]
  const notes = items.flatMap(([name, all]) => {
    const [id, changes] = [idIn('note', name), all.filter(({ kind }) => kind === 'changes')]
    return id === undefined || changes.length === 0 ? [] : [{ id, changes }]
  })
  await takeIn(database, notes, now)
  await takeSettings(
    database,
    incoming.filter(({ name, kind }) => name === SETTINGS && kind === 'changes').map(({ body }) => body),
  )
  await Promise.all(items.map(([name, changes]) => takeFile(database, name, changes)))
}

/** What was handed on with these stamps. A page of the app can write here, so a row may hold anything. */
const offeredAs = async ({ offered }: NotesDatabase, stamps: readonly number[]): Promise<readonly OfferedItem[]> => {
  const sent = new Set(stamps)
  const isList = ({ items }: OfferedRow): boolean => Array.isArray(items) && items.every((one) => one instanceof Object)
  const rows = (await offered.toArray()).filter(isList)
  const those = rows.filter(({ items }) => items.some(({ stamp }) => sent.has(stamp)))
  await offered.bulkDelete(those.map(({ stamp }) => stamp))
  return those.flatMap(({ items }) => items).filter(({ stamp }) => sent.has(stamp))
}

/** What was sent is with the others, unless it was changed once more meanwhile. */
const acknowledge = async (database: NotesDatabase, stamps: readonly number[]): Promise<void> => {
  const { synced, changed, manifests } = database
  const known = await offeredAs(database, stamps)
  const now = await changed.bulkGet(known.map(({ name }) => name))
  await synced.bulkPut(known.map(({ stamp: _, ...row }) => row))
  await changed.bulkDelete(known.filter(({ stamp }, at) => now[at]?.stamp === stamp).map(({ name }) => name))
  const files = known.map(({ name }) => name).filter((name) => idIn('file', name) !== undefined)
  if (files.length > 0) await manifests.where('name').anyOf(files).modify({ state: 'here' })
}

const write = async (database: NotesDatabase, commit: Commit, sealed: Uint8Array, now: number): Promise<void> => {
  const { incoming = [], hashes = [], quarantined = [], read, sent = [], own = [], superseded = [] } = commit
  await take(database, incoming, now)
  await noteSeen(database, hashes)
  if (read !== undefined)
    await database.aside
      .where('position')
      .between(...read, false, true)
      .delete()
  if (quarantined.length > 0) await database.aside.bulkPut([...quarantined])
  if (sent.length > 0) await acknowledge(database, sent)
  if (commit.ownAnew === true) await database.own.clear()
  if (own.length > 0) await database.own.bulkPut(own.map(({ seq, name }) => ({ seq, name })))
  for (const [first, last] of superseded) await database.own.where('seq').between(first, last, true, true).delete()
  await database.replica.put({ id: MEMORY, value: sealed })
}

/** Everything that there is is to be handed on, as if it had just been changed. In a transaction of the caller's. */
export const changeAll = async (database: NotesDatabase): Promise<void> => {
  const { notes, attachments, changed } = database
  const names = [
    ...(await notes.toCollection().primaryKeys()).map(noteName),
    ...(await attachments.toCollection().primaryKeys()).map(fileName),
    ...((await readPerson(database)) === undefined ? [] : [SETTINGS]),
  ]
  await changed.bulkPut(names.map((name) => ({ name, stamp: newStamp() })))
}

/** What a record can carry beside its padding, a twelfth of it at most, and its header. */
const largestBody = Math.floor(largestRecord * 0.85)

/** The store of a replica over the database of the notes. What waits is found out from what was changed, whoever has changed it. */
export const createSyncStore = (
  database: NotesDatabase,
  vault: Vault,
  clock: Clock,
): SyncStore & { /** Notes that no record can carry: they stay on this device. */ tooLarge(): number } => {
  const large = new Set<string>()
  const tables = () => [
    ...noteTables.map((name) => database.table(name)),
    ...['seen', 'own', 'aside', 'manifests', 'replica', 'settings'].map((name) => database.table(name)),
  ]
  /** The word async tells Dexie that the work awaits: without it, what comes after the first wait is outside. */
  const alone = async <T>(work: () => Promise<T>): Promise<T> =>
    database.transaction('rw', tables(), async () => work())

  const offerSettings = async ({ name, stamp }: ChangedRow): Promise<Edit | undefined> => {
    const offer = await settingsOffer(database)
    if (offer === undefined) {
      await database.changed.delete(name)
      return undefined
    }
    const { body, ...rest } = offer
    await database.offered.put({ stamp, items: [{ stamp, name, ...rest }] })
    return { id: stamp, name, kind: 'changes', body }
  }
  const offerFile = async ({ name, stamp }: ChangedRow): Promise<Edit | undefined> => {
    const file = await database.manifests.get(name)
    if (file?.state !== 'ready') return undefined
    await database.offered.put({ stamp, items: [{ stamp, name, snapshot: new Uint8Array(), isGone: false }] })
    return { id: stamp, name, kind: 'file', body: file.manifest }
  }
  const offerNotes = async (rows: readonly ChangedRow[]): Promise<readonly Edit[]> => {
    const offers = await offersOf(
      database,
      rows.map(({ name }) => idIn('note', name) ?? ''),
      clock(),
    )
    const found = rows.map((row, at) => ({ ...row, offer: offers[at] }))
    await database.changed.bulkDelete(found.filter(({ offer }) => offer === undefined).map(({ name }) => name))
    const fitting = found.flatMap(({ name, stamp, offer }) => {
      if (offer === undefined) return []
      const { body, ...rest } = offer
      const isLarge = body.length > largestBody
      if (isLarge) large.add(name)
      else large.delete(name)
      return isLarge ? [] : [{ row: { stamp, name, ...rest }, body }]
    })
    const [first] = fitting
    if (first !== undefined)
      await database.offered.put({ stamp: first.row.stamp, items: fitting.map(({ row }) => row) })
    return fitting.map(({ row: { stamp, name }, body }) => ({ id: stamp, name, kind: 'changes', body }))
  }

  /** What stands among the changes and is none of an item: nobody but a page can have written that. */
  const dropStrange = async (): Promise<void> => {
    const { changed } = database
    const byName = () => changed.where('name')
    await byName().below('file/').delete()
    await byName().between('file0', 'note/', true, false).delete()
    await byName().between('note0', SETTINGS, true, false).delete()
    await byName().above(SETTINGS).delete()
  }
  /** A change with a stamp that can be told from others, whoever has written it. */
  const stamped = async (row: ChangedRow): Promise<ChangedRow> => {
    if (Number.isSafeInteger(row.stamp)) return row
    const next = { name: row.name, stamp: newStamp() }
    await database.changed.put(next)
    return next
  }

  /** So many of what was changed as can be sent now. */
  const outbox = (most: number, bytes: number, underWay: readonly number[]): Promise<Edit[]> =>
    alone(async () => {
      // What was offered before and is not under way is offered anew.
      if (underWay.length === 0) await Promise.all([dropStrange(), database.offered.clear()])
      const going = new Set(underWay)
      const isWaiting = ({ stamp }: ChangedRow): boolean => !going.has(stamp)
      const found = await database.changed
        .where('name')
        .startsWith('note/')
        .limit(most + going.size)
        .toArray()
      const notes = found.filter(isWaiting).slice(0, most)
      const ready = await database.manifests.where('state').equals('ready').limit(most).primaryKeys()
      const files = (await database.changed.bulkGet(ready)).filter((row) => row !== undefined).filter(isWaiting)
      const edits: Edit[] = []
      let size = 0
      const settings = await database.changed.get(SETTINGS)
      const add = (more: readonly (Edit | undefined)[]): void => {
        edits.push(...more.filter((edit) => edit !== undefined))
        size = edits.reduce((sum, { body }) => sum + body.length, 0)
      }
      if (settings !== undefined && isWaiting(settings)) add([await offerSettings(await stamped(settings))])
      for (let at = 0; at < notes.length && size < bytes; at += atOnce) {
        add(await offerNotes(await Promise.all(notes.slice(at, at + atOnce).map(stamped))))
      }
      if (size < bytes) add(await Promise.all(files.map(async (row) => offerFile(await stamped(row)))))
      return edits
    })

  return {
    tooLarge: () => large.size,
    read: async (): Promise<SyncMemory | undefined> => openMemory(vault, (await database.replica.get(MEMORY))?.value),
    async commit(commit) {
      const sealed = await sealMemory(vault, commit.memory)
      await alone(() => write(database, commit, sealed, clock()))
    },
    hashesOf: (records) => readSeen(database, records),
    outbox,
    outboxSize: () => Promise.resolve(database.changed.count()),
    own: () => Promise.resolve(database.own.toArray()),
    async sendAll() {
      const { synced, manifests, attachments } = database
      await database.transaction('rw', [...tables(), attachments], async () => {
        await synced.filter(({ isGone }) => !isGone).delete()
        // Files are no changes of a document: what is said of them is sent again.
        await manifests.where('state').equals('here').delete()
        await changeAll(database)
      })
    },
    async snapshot(name) {
      if (name === SETTINGS) return alone(() => readPerson(database))
      const id = idIn('note', name)
      return id === undefined ? undefined : alone(() => wholeOf(database, id))
    },
    quarantined: async () =>
      (await database.aside.toArray()).flatMap(({ code, ...rest }) => (isFault(code) ? [{ code, ...rest }] : [])),
  }
}
