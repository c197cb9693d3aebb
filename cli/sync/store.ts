import * as v from 'valibot'
import { toBase64url } from '../../src/base/bytes.ts'
import type { Clock } from '../../src/base/clock.ts'
import { idIn, noteName } from '../../src/notebook/item-name.ts'
import { readMemory, writeMemory } from '../../src/sync/memory-text.ts'
import type { Commit, Edit, Incoming, SyncStore } from '../../src/sync/ports.ts'
import { type SyncFaultCode, syncFaults } from '../../src/sync/wire/faults.ts'
import { largestRecord } from '../../src/sync/wire/record.ts'
import { blob, type Database, flag, number, text } from './database.ts'
import { allNotes, markChanged, offerNote, takeNote, wholeOf } from './items.ts'

const MEMORY = 'memory'
const OWNER = 'owner'

const isFault = (code: string): code is SyncFaultCode => Object.hasOwn(syncFaults, code)

const changedRow = v.object({ stamp: number, name: text })
const manifestRow = v.object({ manifest: blob, state: text })

export const manifestOf = (database: Database, name: string) =>
  database.all('select manifest, state from manifests where name = ?', manifestRow, name)[0]

/** `ready`: it is to be told; `here`: others know of it. The bytes of a file are fetched when somebody asks for them. */
export const putManifest = (database: Database, name: string, manifest: Uint8Array, state: 'ready' | 'here'): void =>
  database.run('insert or replace into manifests (name, manifest, state) values (?, ?, ?)', name, manifest, state)

const takeFile = (database: Database, name: string, changes: readonly Incoming[]): void => {
  const file = changes.findLast(({ kind }) => kind === 'file')
  if (file === undefined || idIn('file', name) === undefined) return
  if (file.isRecalled && manifestOf(database, name) !== undefined) return
  putManifest(database, name, file.body, 'here')
}

const take = (database: Database, incoming: readonly Incoming[], now: number): void => {
  for (const [name, all] of Map.groupBy(incoming, (one) => one.name)) {
    const [id, changes] = [idIn('note', name), all.filter(({ kind }) => kind === 'changes')]
    if (id !== undefined && changes.length > 0) takeNote(database, id, changes, now)
    takeFile(database, name, all)
  }
}

const offeredRow = v.object({ name: text, snapshot: blob, is_gone: flag })

/** What was sent is with the others, unless it was changed once more meanwhile. */
const acknowledge = (database: Database, stamps: readonly number[]): void => {
  for (const stamp of stamps) {
    const sql = 'select name, snapshot, is_gone from offered where stamp = ?'
    for (const { name, snapshot, is_gone } of database.all(sql, offeredRow, stamp)) {
      if (idIn('file', name) !== undefined) database.run("update manifests set state = 'here' where name = ?", name)
      else {
        const put = 'insert or replace into synced (name, snapshot, is_gone) values (?, ?, ?)'
        database.run(put, name, snapshot, Number(is_gone))
      }
    }
    database.run('delete from changed where stamp = ?', stamp)
    database.run('delete from offered where stamp = ?', stamp)
  }
}

const write = (database: Database, commit: Commit, now: number): void => {
  const { incoming = [], hashes = [], quarantined = [], read, sent = [], own = [], superseded = [] } = commit
  take(database, incoming, now)
  for (const { device, seq, hash } of hashes) {
    database.run('insert or replace into seen (device, seq, hash) values (?, ?, ?)', toBase64url(device), seq, hash)
  }
  if (read !== undefined) database.run('delete from aside where position > ? and position <= ?', ...read)
  for (const { position, code, record } of quarantined) {
    database.run('insert or replace into aside (position, code, record) values (?, ?, ?)', position, code, record)
  }
  acknowledge(database, sent)
  if (commit.ownAnew === true) database.run('delete from own')
  for (const { seq, name } of own) database.run('insert or replace into own (seq, name) values (?, ?)', seq, name)
  for (const range of superseded) database.run('delete from own where seq between ? and ?', ...range)
  database.keep(MEMORY, writeMemory(commit.memory))
}

/** What a record can carry beside its padding, a twelfth of it at most, and its header. */
const largestBody = Math.floor(largestRecord * 0.85)

/** Makes what is remembered of sync that of this device. The notes stay, and what was not sent waits on. */
export const makeOwner = (database: Database, device: Uint8Array): void =>
  database.together(() => {
    const id = toBase64url(device)
    if (database.kept(OWNER) === id) return
    for (const table of ['offered', 'seen', 'own', 'aside', 'kept']) database.run(`delete from ${table}`)
    database.keep(OWNER, id)
  })

/** The store of a replica over SQLite. */
export const createSyncStore = (
  database: Database,
  clock: Clock,
): SyncStore & { /** Notes that no record can carry: they stay on this machine. */ tooLarge(): number } => {
  const large = new Set<string>()

  const offer = (stamp: number, name: string): Edit | undefined => {
    const file = idIn('file', name) === undefined ? undefined : manifestOf(database, name)
    const put = (snapshot: Uint8Array, isGone: boolean) => {
      const sql = 'insert or replace into offered (stamp, name, snapshot, is_gone) values (?, ?, ?, ?)'
      database.run(sql, stamp, name, snapshot, Number(isGone))
    }
    if (file?.state === 'ready') {
      put(new Uint8Array(), false)
      return { id: stamp, name, kind: 'file', body: file.manifest }
    }
    const id = idIn('note', name)
    const found = id === undefined ? undefined : offerNote(database, id, clock())
    if (found === undefined) {
      database.run('delete from changed where stamp = ?', stamp)
      return undefined
    }
    if (found.body.length > largestBody) {
      large.add(name)
      return undefined
    }
    put(found.snapshot, found.isGone)
    return { id: stamp, name, kind: 'changes', body: found.body }
  }

  return {
    tooLarge: () => large.size,
    async read() {
      const memory = database.kept(MEMORY)
      return memory === undefined ? undefined : readMemory(memory)
    },
    commit: async (commit) => database.together(() => write(database, commit, clock())),
    hashesOf: async (records) =>
      records.flatMap(({ device, seq }) => {
        const sql = 'select hash from seen where device = ? and seq = ?'
        const [found] = database.all(sql, v.object({ hash: blob }), toBase64url(device), seq)
        return found === undefined ? [] : [{ device, seq, hash: found.hash }]
      }),
    outbox: async (most, bytes, underWay) =>
      database.together(() => {
        const going = new Set(underWay)
        const edits: Edit[] = []
        let size = 0
        for (const { stamp, name } of database.all('select stamp, name from changed order by stamp', changedRow)) {
          if (edits.length >= most || size >= bytes) break
          if (going.has(stamp)) continue
          const edit = offer(stamp, name)
          if (edit === undefined) continue
          edits.push(edit)
          size += edit.body.length
        }
        return edits
      }),
    outboxSize: async () =>
      database.all('select count(*) as count from changed', v.object({ count: number }))[0]?.count ?? 0,
    own: async () => database.all('select seq, name from own', v.object({ seq: number, name: text })),
    async sendAll() {
      database.together(() => {
        database.run('delete from synced where is_gone = 0')
        for (const { id } of allNotes(database)) markChanged(database, noteName(id))
        for (const { name } of database.all('select name from manifests', v.object({ name: text }))) {
          database.run("update manifests set state = 'ready' where name = ?", name)
          markChanged(database, name)
        }
      })
    },
    async snapshot(name) {
      const id = idIn('note', name)
      return id === undefined ? undefined : database.together(() => wholeOf(database, id))
    },
    quarantined: async () =>
      database
        .all('select position, code, record from aside', v.object({ position: number, code: text, record: blob }))
        .flatMap(({ code, ...rest }) => (isFault(code) ? [{ code, ...rest }] : [])),
  }
}
