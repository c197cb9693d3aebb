import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import * as v from 'valibot'
import { inject } from 'vitest'
import { type Config, readConfig } from '../../../../server/config.ts'
import { openStore, type Store } from '../../../../server/store/store.ts'
import { ask, createPostgresDatabase } from '../../../support/postgres.ts'

// The suite of the server runs twice: on SQLite, and on PostgreSQL where one is provided.

export type Row = Readonly<Record<string, unknown>>

const rowSchema = v.array(v.record(v.string(), v.unknown()))

/** True where the tests run on PostgreSQL. */
export const onPostgres = (): boolean => inject('postgres') !== undefined

/** An empty database: its address, or undefined where SQLite is to be used. */
export const newDatabase = async () => {
  const server = inject('postgres')
  if (server === undefined) return { url: undefined, drop: async () => undefined }
  return createPostgresDatabase(server)
}

/** Rows as someone else who opens the database would see them; `?` stands for a parameter. */
export const rowsOf = async (config: Config, sql: string, ...parameters: readonly string[]): Promise<Row[]> => {
  if (config.databaseUrl !== undefined) {
    let count = 0
    const numbered = sql.replaceAll('?', () => `$${++count}`)
    return v.parse(rowSchema, await ask(config.databaseUrl, numbered, parameters))
  }
  const database = new DatabaseSync(join(config.data, 'holdfast.sqlite'), { readOnly: true })
  try {
    return database.prepare(sql).all(...parameters)
  } finally {
    database.close()
  }
}

/** Everything that the database holds, as text. */
export const contentsOf = async (config: Config): Promise<string> => {
  if (config.databaseUrl !== undefined) {
    const tables = await rowsOf(config, "select tablename as name from pg_tables where schemaname = 'public'")
    const rows = await Promise.all(tables.map(({ name }) => rowsOf(config, `select * from ${String(name)}`)))
    return JSON.stringify(rows)
  }
  const files = (await readdir(config.data)).filter((name) => name.startsWith('holdfast.sqlite'))
  return (await Promise.all(files.map((name) => readFile(join(config.data, name), 'latin1')))).join('\n')
}

/** A store of its own on an empty database. */
export const openTestStore = async (): Promise<{ store: Store; config: Config; dispose(): Promise<void> }> => {
  const folder = await mkdtemp(join(tmpdir(), 'holdfast-store-'))
  const { url, drop } = await newDatabase()
  const config = { ...readConfig({ HOLDFAST_DATA: folder }), databaseUrl: url }
  const store = await openStore(config)
  const dispose = async () => {
    await store.close()
    await drop()
    await rm(folder, { recursive: true, force: true })
  }
  return { store, config, dispose }
}
