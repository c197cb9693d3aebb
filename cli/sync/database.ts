import { closeSync, openSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync, type SQLInputValue } from 'node:sqlite'
import * as v from 'valibot'
import { type Bytes, toBase64url } from '../../src/base/bytes.ts'
import { Failure } from '../failure.ts'
import { folder } from '../session-file.ts'

// The notes of one account on this machine, and what its replica remembers: one file of SQLite, 0600 like that of the session.

const version = 1

const schema = `
  create table notes (id text primary key, content text not null) strict;
  create table updates (seq integer primary key, note text not null, body blob not null) strict;
  create index updates_of on updates (note);
  create table changed (stamp integer primary key autoincrement, name text not null unique) strict;
  create table synced (name text primary key, snapshot blob not null, is_gone integer not null) strict;
  create table offered (stamp integer primary key, name text not null, snapshot blob not null, is_gone integer not null) strict;
  create table seen (device text, seq integer, hash blob not null, primary key (device, seq)) strict, without rowid;
  create table own (seq integer primary key, name text not null) strict;
  create table aside (position integer primary key, code text not null, record blob not null) strict;
  create table manifests (name text primary key, manifest blob not null, state text not null) strict;
  create table shown (note text primary key, state blob not null) strict;
  create table kept (id text primary key, value text not null) strict;
  pragma user_version = ${version};
`

/** How long another command is waited for, in milliseconds. */
const patience = 60_000

/** What the tables hold, as rows are read. */
export const blob = v.pipe(
  v.instance(Uint8Array),
  v.transform((bytes): Bytes => new Uint8Array(bytes)),
)
export const number = v.number()
export const text = v.string()
export const flag = v.pipe(
  v.number(),
  v.transform((value) => value !== 0),
)

export type Database = {
  /** The rows of a question; each is held against the schema. Throws NOTES_UNREADABLE. */
  all<T>(sql: string, row: v.GenericSchema<unknown, T>, ...values: readonly SQLInputValue[]): T[]
  run(sql: string, ...values: readonly SQLInputValue[]): void
  /** Whole or not at all, and on the disk when it returns. */
  together<T>(work: () => T): T
  /** What is remembered beside the tables. */
  kept(id: string): string | undefined
  keep(id: string, value: string | undefined): void
  close(): void
}

const read = <T>(row: v.GenericSchema<unknown, T>, rows: readonly unknown[]): T[] => {
  const parsed = v.safeParse(v.array(row), rows)
  if (!parsed.success) throw new Failure('NOTES_UNREADABLE')
  return parsed.output
}

const prepare = (connection: DatabaseSync): void => {
  connection.exec('pragma synchronous = full; pragma secure_delete = on; begin immediate')
  const [found] = read(v.object({ user_version: number }), connection.prepare('pragma user_version').all())
  if ((found?.user_version ?? 0) > version) throw new Failure('NOTES_NEWER')
  if (found?.user_version === 0) connection.exec(schema)
  connection.exec('commit')
}

const over = (connection: DatabaseSync): Database => {
  const statements = new Map<string, ReturnType<DatabaseSync['prepare']>>()
  const statement = (sql: string) => {
    const known = statements.get(sql) ?? connection.prepare(sql)
    statements.set(sql, known)
    return known
  }
  const run = (sql: string, ...values: readonly SQLInputValue[]): void => {
    statement(sql).run(...values)
  }
  const all = <T>(sql: string, row: v.GenericSchema<unknown, T>, ...values: readonly SQLInputValue[]): T[] =>
    read(row, statement(sql).all(...values))
  return {
    run,
    all,
    together(work) {
      connection.exec('begin immediate')
      try {
        const result = work()
        connection.exec('commit')
        return result
      } catch (thrown) {
        connection.exec('rollback')
        throw thrown
      }
    },
    kept: (id) => all('select value from kept where id = ?', v.object({ value: text }), id)[0]?.value,
    keep(id, value) {
      if (value === undefined) run('delete from kept where id = ?', id)
      else run('insert or replace into kept (id, value) values (?, ?)', id, value)
    },
    close: () => connection.close(),
  }
}

/** The file of an account: each has its own, so that notes of two are never mixed. */
export const fileOfAccount = (account: Bytes): string =>
  join(folder, `notes-${toBase64url(account.slice(0, 12))}.sqlite`)

/** Throws NOTES_UNREADABLE, NOTES_NEWER; the file is left as it is. */
export const openDatabase = (path: string): Database => {
  if (path !== ':memory:') closeSync(openSync(path, 'a', 0o600))
  const connection = new DatabaseSync(path, { timeout: patience })
  try {
    prepare(connection)
    return over(connection)
  } catch (thrown) {
    connection.close()
    throw thrown instanceof Failure ? thrown : new Failure('NOTES_UNREADABLE', { cause: thrown })
  }
}
