import { Dexie, type IntervalTree, RangeSet } from 'dexie'
import { inListOrder, withChanged } from '../notebook/listing.ts'
import { type Note, sameContent } from '../notebook/note.ts'
import type { NotesDatabase } from './database.ts'
import { isNewer } from './migrations.ts'
import { readStored } from './stored-note.ts'

/** What is to be told of the notes beside themselves. */
export type Condition = {
  /** Entries that are not all of a note. What can be read of them is among the notes. */
  readonly damaged: readonly unknown[]
  /** True where a newer version of the app has written them: they can be read and not changed. */
  readonly isNewer: boolean
}

export type Watch = {
  /** Reads again: a tab that was closed in the middle of its last write may not have told of it. */
  again(): void
  stop(): void
}

/** Whom a watch tells. */
export type Watcher = {
  /** In the order of lists. `isAll`: false where only the first of many have been read. */
  onNotes(notes: readonly Note[], condition: Condition, isAll: boolean): void
  /** Rows that may be behind their changes. */
  onHasty(ids: readonly string[]): void
  onError(thrown: unknown): void
}

/** So many are read for the first look, and so many in one go after it: one go keeps the page busy for some milliseconds. */
const FIRST = 100
const BATCH = 400
/** Asking for rows by their ids takes longer: for more than one in so many, all are read in less time. */
const CHANGED = 100
const PART = 4
/** Where more than `CHANGED` come, more are on their way: it is waited until none came for so long, but no longer than this; milliseconds. */
const QUIET = 300
const LONGEST = 2000

/** What is known of the table, by id. A row that says what it said stays the same object, so that nobody looks at it again. */
type Known = { readonly notes: Map<string, Note>; readonly damaged: Map<string, unknown> }

const nothing = (): Known => ({ notes: new Map(), damaged: new Map() })

const same = (one: Note, other: Note): boolean =>
  one.updatedAt === other.updatedAt && one.createdAt === other.createdAt && sameContent(one, other)

const idOf = (entry: unknown): string => String(Reflect.get(Object(entry), 'id'))
const isHasty = (entry: unknown): boolean => Reflect.get(Object(entry), 'settled') === false

const turn = (): Promise<void> =>
  new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel()
    port1.onmessage = () => {
      port1.close()
      resolve()
    }
    port2.postMessage(0)
  })

/** A database without the store of notes holds none: it is made anew, so that one can write. */
const repair = async (database: NotesDatabase): Promise<boolean> => {
  const opened: unknown = database.backendDB()
  if (!(opened instanceof IDBDatabase) || isNewer(opened) || opened.objectStoreNames.contains('notes')) return false
  await database.delete({ disableAutoOpen: false })
  return true
}

/** Whether a browser that is taking the database away has refused to open it anew meanwhile. Dexie then tries no more by itself. */
const wasRefused = (thrown: unknown): boolean =>
  thrown instanceof Dexie.DatabaseClosedError && Reflect.get(Object(thrown.inner), 'name') === 'AbortError'

/** Between the tries to open such a database, in milliseconds. */
const REOPEN_AFTER = [100, 400, 1600] as const

/** Opens it once the browser is through. Whether it is open. */
const reopen = async (database: NotesDatabase): Promise<boolean> => {
  for (const wait of REOPEN_AFTER) {
    await new Promise((resolve) => setTimeout(resolve, wait))
    const isOpen = await database.open().then(
      () => true,
      () => false,
    )
    if (isOpen) return true
  }
  return false
}

/** Follows what is told of the database itself: a browser that took it away, or another version that wants it. */
const onInterruption = (database: NotesDatabase, tell: () => void): (() => void) => {
  const soon = () => void setTimeout(tell, 0)
  database.on('close', soon)
  database.on('versionchange', soon)
  return () => {
    database.on('close').unsubscribe(soon)
    database.on('versionchange').unsubscribe(soon)
  }
}

/** The ids of the rows that were changed, here or in another tab; undefined where that can be any. */
const onMutation = (database: NotesDatabase, tell: (ids: readonly string[] | undefined) => void): (() => void) => {
  const listener = (parts: { readonly [table: string]: IntervalTree | undefined }): void => {
    const ranges = parts.all ?? parts[`idb://${database.name}/notes/`]
    if (ranges === undefined) return
    // From another tab it comes as plain data.
    const keys = [...RangeSet(ranges)]
    tell(keys.every(({ from, to }) => from === to) ? keys.map(({ from }) => String(from)) : undefined)
  }
  Dexie.on('storagemutated', listener)
  return () => Dexie.on('storagemutated').unsubscribe(listener)
}

/** Reads the notes, and again what of them changes: however many there are, a change costs what changed. */
export const watchNotes = (database: NotesDatabase, watcher: Watcher): Watch => {
  let known = nothing()
  /** The notes of `known` in the order of lists. */
  let list: readonly Note[] = []
  let stopped = false
  /** Which reading of everything is the last that was asked for. */
  let round = 0
  let reading = false
  const changed = new Set<string>()
  /** Whether it may be any that was changed; and when everything was read last. */
  let isAny = false
  let readAt = Number.NEGATIVE_INFINITY
  /** Since when a lot of changes waits, until it is quiet. */
  let waits: { readonly since: number; readonly timer: ReturnType<typeof setTimeout> } | undefined

  const take = (into: Known, entries: readonly unknown[]): void => {
    const hasty = entries.filter(isHasty).map(idOf)
    for (const entry of entries) {
      const id = idOf(entry)
      const { notes, damaged } = readStored([entry])
      const before = known.notes.get(id)
      for (const note of notes) into.notes.set(id, before !== undefined && same(before, note) ? before : note)
      for (const one of damaged) into.damaged.set(id, one)
    }
    if (hasty.length > 0) watcher.onHasty(hasty)
  }
  const tell = (notes: readonly Note[], damaged: Known['damaged'], isAll: boolean): void => {
    const opened: unknown = database.backendDB()
    const isOfNewer = opened instanceof IDBDatabase && isNewer(opened)
    watcher.onNotes(notes, { damaged: [...damaged.values()], isNewer: isOfNewer }, isAll)
  }
  const isOver = (own: number): boolean => stopped || own !== round

  const read = (after?: string): PromiseLike<readonly unknown[]> => {
    const { notes } = database
    return (after === undefined ? notes.orderBy('id') : notes.where('id').above(after)).limit(BATCH).toArray()
  }
  const readAll = async (own: number): Promise<void> => {
    if (list.length === 0) {
      const newest = await database.notes.orderBy('updatedAt').reverse().limit(FIRST).toArray()
      if (isOver(own)) return
      const first = nothing()
      take(first, newest)
      if (newest.length === FIRST) tell(inListOrder([...first.notes.values()]), first.damaged, false)
    }
    const seen = nothing()
    let coming = read()
    for (;;) {
      const [entries] = await Promise.all([coming, turn()])
      if (isOver(own)) return
      // The next ones are on their way while these are looked at.
      const isLast = entries.length < BATCH
      if (!isLast) coming = read(idOf(entries.at(-1)))
      take(seen, entries)
      if (isLast) break
    }
    known = seen
    list = inListOrder([...seen.notes.values()])
    // What is told of it keeps the page busy, too.
    if (list.length > FIRST) await turn()
  }
  /** False where nothing has changed after all. */
  const readChanged = async (): Promise<boolean> => {
    const ids = new Set([...changed].slice(0, CHANGED))
    for (const id of ids) changed.delete(id)
    const entries: readonly unknown[] = await database.notes.bulkGet([...ids])
    const now = nothing()
    take(
      now,
      entries.filter((entry) => entry !== undefined),
    )
    const isSame = (id: string) =>
      known.notes.get(id) === now.notes.get(id) && known.damaged.get(id) === now.damaged.get(id)
    if ([...ids].every(isSame)) return false
    const gone = [...ids].flatMap((id) => known.notes.get(id) ?? [])
    list = withChanged(list, gone, [...now.notes.values()])
    for (const id of ids) {
      known.notes.delete(id)
      known.damaged.delete(id)
    }
    for (const [id, note] of now.notes) known.notes.set(id, note)
    for (const [id, one] of now.damaged) known.damaged.set(id, one)
    return true
  }
  /** Reads everything where `all`, and then what was changed meanwhile, until there is no more or a lot of it. */
  const follow = async (own: number, all: boolean): Promise<void> => {
    reading = true
    let isLeft = false
    try {
      if (all) await readAll(own)
      let isNews = all
      do {
        while (changed.size > 0 && !isLot() && !isOver(own)) {
          isNews = (await readChanged()) || isNews
          if (changed.size > 0) await turn()
        }
        if (isOver(own)) return
        if (isNews) tell(list, known.damaged, true)
        isNews = false
      } while (changed.size > 0 && !isLot())
      isLeft = changed.size > 0 || isAny
    } catch (thrown) {
      await failed(own, thrown)
    } finally {
      if (own === round) {
        reading = false
        if (isLeft) wait()
      }
    }
  }
  /** So much that reading everything is less. */
  const isLot = (): boolean => isAny || changed.size > Math.max(CHANGED, list.length / PART)
  /** Reads what was changed when no more of it comes. */
  const wait = (): void => {
    const since = waits?.since ?? performance.now()
    clearTimeout(waits?.timer)
    const longest = list.length === 0 ? 0 : since + LONGEST - performance.now()
    waits = { since, timer: setTimeout(readWaiting, Math.min(QUIET, Math.max(0, longest))) }
  }
  const readWaiting = (): void => {
    waits = undefined
    // Whatever reads now goes on to what was changed.
    if (stopped || reading) return
    if (isLot()) again()
    else void follow(round, false)
  }
  const failed = async (own: number, thrown: unknown): Promise<void> => {
    if (isOver(own)) return
    if (await repair(database).catch(() => false)) again()
    else if (wasRefused(thrown) && (await reopen(database))) again()
    else if (!isOver(own)) watcher.onError(thrown)
  }
  const again = (): void => {
    if (stopped) return
    round += 1
    changed.clear()
    isAny = false
    readAt = performance.now()
    void follow(round, true)
  }
  const forgetMutations = onMutation(database, (ids) => {
    if (stopped) return
    // The first of many is read at once.
    const isFirst = list.length === 0 || performance.now() > readAt + LONGEST
    if (ids === undefined && isFirst) return again()
    isAny ||= ids === undefined
    for (const id of ids ?? []) changed.add(id)
    if (reading) return
    if (isAny || changed.size > CHANGED) wait()
    else void follow(round, false)
  })
  const forgetInterruptions = onInterruption(database, again)
  again()
  return {
    again,
    stop() {
      stopped = true
      clearTimeout(waits?.timer)
      forgetMutations()
      forgetInterruptions()
    },
  }
}
