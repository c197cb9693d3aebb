import type { DatabaseSync, SQLInputValue } from 'node:sqlite'
import { setTimeout as pause } from 'node:timers/promises'
import {
  type CompiledQuery,
  type DatabaseConnection,
  type Driver,
  type SqliteDatabase,
  SqliteDriver,
  type SqliteStatement,
} from 'kysely'

/** How long a transaction of another process is waited for, in milliseconds. */
export const patience = 5000
const busy = 5

const isLocked = (error: unknown): boolean =>
  error instanceof Error && 'errcode' in error && typeof error.errcode === 'number' && (error.errcode & 0xff) === busy

/**
 * Waits for another process without holding up this one, which SQLite's own waiting would. A statement that found the file
 * locked has done nothing.
 */
const waiting = async <T>(run: () => T | Promise<T>): Promise<T> => {
  const end = performance.now() + patience
  for (;;) {
    try {
      return await run()
    } catch (error) {
      if (!isLocked(error) || performance.now() > end) throw error
      await pause(2)
    }
  }
}

const toInput = (value: unknown): SQLInputValue => {
  if (typeof value === 'boolean') return value ? 1 : 0
  if (value === null || typeof value === 'string' || typeof value === 'number' || typeof value === 'bigint')
    return value
  if (value instanceof Uint8Array) return value
  throw new TypeError('The database takes text, numbers, bytes and null only.')
}

/** `node:sqlite` in the form that Kysely asks for; statements that were prepared are kept. */
const createAdapter = (database: DatabaseSync): SqliteDatabase => {
  const statements = new Map<string, SqliteStatement>()
  const prepare = (sql: string): SqliteStatement => {
    const known = statements.get(sql)
    if (known !== undefined) return known
    const statement = database.prepare(sql)
    const made: SqliteStatement = {
      reader: statement.columns().length > 0,
      all: (parameters) => statement.all(...parameters.map(toInput)),
      run: (parameters) => statement.run(...parameters.map(toInput)),
      iterate: (parameters) => statement.iterate(...parameters.map(toInput)),
    }
    if (statements.size > 200) statements.clear()
    statements.set(sql, made)
    return made
  }
  return {
    close: () => database.close(),
    prepare,
  }
}

type Release = () => void

/** One after the other. Answers how to let the next one go on. */
const createTurns = () => {
  let last = Promise.resolve()
  return async (): Promise<Release> => {
    const { promise, resolve } = Promise.withResolvers<void>()
    const before = last
    last = promise
    await before
    return resolve
  }
}

/** A statement that changes something. `run` does it at once, and answers its result and how to tell its caller. */
type Write = {
  run(): { readonly result: Promise<unknown>; readonly tell: () => void }
  reject(error: unknown): void
}

/** How long a write waits for others where there are some, in milliseconds; PostgreSQL has it as `commit_delay`. */
const company = 3

/**
 * Single statements, each a transaction of its own to its caller, written together with those that came meanwhile: one wait for
 * the disk for all of them. Each is acknowledged when that wait is over, and what is wrong with one is told to that one.
 */
const createWrites = (database: DatabaseSync, takeTurn: () => Promise<Release>) => {
  let batch: Write[] = []
  /** Whether the last ones were several, so that more are to be expected. */
  let isBusy = false

  const runAll = async (writes: readonly Write[]): Promise<void> => {
    await waiting(() => database.exec('begin immediate'))
    const done: (() => void)[] = []
    for (const write of writes) {
      const { result, tell } = write.run()
      // Where the disk fails SQLite gives up the whole transaction, elsewhere the statement alone.
      if (!database.isTransaction) await result
      done.push(tell)
    }
    database.exec('commit')
    for (const tell of done) tell()
  }

  const flush = async (): Promise<void> => {
    const release = await takeTurn()
    const writes = batch
    batch = []
    isBusy = writes.length > 1
    try {
      if (writes.length > 0) await runAll(writes)
    } catch (error) {
      if (database.isTransaction) database.exec('rollback')
      for (const write of writes) write.reject(error)
    } finally {
      release()
    }
  }

  const write = <T>(execute: () => Promise<T>): Promise<T> => {
    const { promise, resolve, reject } = Promise.withResolvers<T>()
    const run = () => {
      const result = execute()
      // Told when all are on the disk.
      result.catch(() => undefined)
      return { result, tell: () => resolve(result) }
    }
    batch.push({ run, reject })
    if (batch.length === 1) {
      if (isBusy) setTimeout(flush, company)
      else setImmediate(flush)
    }
    return promise
  }
  return { write, flush }
}

/** Kysely's driver over one connection of `node:sqlite`: transactions take turns, and single writes go together. */
export const createSqliteDriver = (database: DatabaseSync): Driver => {
  const adapter = createAdapter(database)
  const driver = new SqliteDriver({ database: adapter })
  const takeTurn = createTurns()
  const { write, flush } = createWrites(database, takeTurn)
  /** The connections that are within a transaction, and how their turn ends. */
  const turns = new Map<DatabaseConnection, Release>()

  const read = async <T>(execute: () => Promise<T>): Promise<T> => {
    const release = await takeTurn()
    return waiting(execute).finally(release)
  }
  const endTurn = (connection: DatabaseConnection): void => {
    turns.get(connection)?.()
    turns.delete(connection)
  }
  const isRead = ({ query }: CompiledQuery): boolean => query.kind === 'SelectQueryNode'

  return {
    init: () => driver.init(),
    async acquireConnection() {
      // Kysely's connection has a statement done when it is asked, before it answers.
      const inner = await driver.acquireConnection()
      const connection: DatabaseConnection = {
        executeQuery<R>(query: CompiledQuery) {
          const execute = () => inner.executeQuery<R>(query)
          if (turns.has(connection)) return execute()
          return isRead(query) ? read(execute) : write(execute)
        },
        streamQuery: (query, size) => inner.streamQuery(query, size),
      }
      return connection
    },
    async beginTransaction(connection, { accessMode }) {
      const release = await takeTurn()
      try {
        // The file is locked from the start: who first reads and then writes never finds that another was faster. Who only
        // reads sees it as it was at the first question, and keeps nobody from writing.
        await waiting(() => database.exec(accessMode === 'read only' ? 'begin' : 'begin immediate'))
        turns.set(connection, release)
      } catch (error) {
        release()
        throw error
      }
    },
    async commitTransaction(connection) {
      database.exec('commit')
      endTurn(connection)
    },
    async rollbackTransaction(connection) {
      try {
        if (database.isTransaction) database.exec('rollback')
      } finally {
        endTurn(connection)
      }
    },
    releaseConnection: async () => undefined,
    async destroy() {
      // What is still waiting for company.
      await flush()
      await driver.destroy()
    },
  }
}
