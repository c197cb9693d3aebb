import { createReadStream } from 'node:fs'
import { open, rm } from 'node:fs/promises'
import { createInterface } from 'node:readline'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createGunzip, createGzip } from 'node:zlib'
import * as v from 'valibot'
import type { Config } from '../config.ts'
import { loadSecrets, type Secrets, saveSecrets, secretsSchema } from '../secrets.ts'
import { type Database, openDatabase } from '../store/database.ts'
import { migrate } from '../store/migrate.ts'
import { migrations } from '../store/migrations.ts'
import { isUnavailable } from '../store/unavailable.ts'
import { version } from '../version.ts'
import { insertRow, rowsOf, tablesOf } from './dump.ts'

// A backup is one gzipped file of JSON lines: a head with the keys of the server and the migrations of its schema, a line for each
// row, and an end that counts them. It is the same for both databases, so it also moves a server from one to the other.

const format = 'holdfast backup 1'
const headSchema = v.object({
  format: v.literal(format),
  version: v.string(),
  schema: v.array(v.string()),
  secrets: secretsSchema,
})
const rowSchema = v.object({ table: v.string(), row: v.record(v.string(), v.unknown()) })
const endSchema = v.object({ end: v.number() })
const bytesSchema = v.object({ bytes: v.string() })

const toJson = (value: unknown): unknown =>
  value instanceof Uint8Array ? { bytes: Buffer.from(value).toString('base64') } : value
const fromJson = (value: unknown): unknown => {
  const bytes = v.safeParse(bytesSchema, value)
  return bytes.success ? Buffer.from(bytes.output.bytes, 'base64') : value
}
const mapValues = (row: Readonly<Record<string, unknown>>, map: (value: unknown) => unknown) =>
  Object.fromEntries(Object.entries(row).map(([name, value]) => [name, map(value)]))

const schemaOf = async (db: Database): Promise<string[]> => {
  const rows = await db
    .withTables<{ kysely_migration: { name: string } }>()
    .selectFrom('kysely_migration')
    .select('name')
    .execute()
  return rows.map(({ name }) => name).sort()
}

async function* linesOf(db: Database, secrets: Secrets): AsyncGenerator<string> {
  yield `${JSON.stringify({ format, version, schema: await schemaOf(db), secrets })}\n`
  let count = 0
  for (const table of await tablesOf(db)) {
    for await (const row of rowsOf(db, table)) {
      yield `${JSON.stringify({ table, row: mapValues(row, toJson) })}\n`
      count += 1
    }
  }
  yield `${JSON.stringify({ end: count })}\n`
}

/** A file that was not there before, for its owner alone. */
const openNew = async (file: string) => {
  try {
    return await open(file, 'wx', 0o600)
  } catch (error) {
    const isTaken = error instanceof Error && 'code' in error && error.code === 'EEXIST'
    throw isTaken ? new Error(`${file} is there already. A backup replaces nothing.`) : error
  }
}

/**
 * Writes everything that the server keeps, and its keys, into a new file for its owner alone, as it was at one moment; servers
 * may run and write meanwhile. Rejects where the file is there already.
 */
export const backup = async (config: Config, file: string): Promise<void> => {
  const secrets = await loadSecrets(config.data, config.secretsFile)
  const target = (await openNew(file)).createWriteStream({ flush: true })
  const db = await openDatabase(config)
  try {
    await db
      .transaction()
      .setIsolationLevel('repeatable read')
      .setAccessMode('read only')
      .execute((within) => pipeline(Readable.from(linesOf(within, secrets)), createGzip(), target))
  } catch (error) {
    await rm(file, { force: true })
    throw error
  } finally {
    await db.destroy()
  }
}

const damaged = (file: string): Error => new Error(`${file} is no whole backup of Holdfast. Nothing was changed.`)

const parse = <T>(schema: v.GenericSchema<unknown, T>, line: unknown, file: string): T => {
  const parsed = v.safeParse(schema, line)
  if (!parsed.success) throw damaged(file)
  return parsed.output
}

async function* jsonOf(file: string): AsyncGenerator<unknown> {
  const source = createReadStream(file)
  const text = source.pipe(createGunzip())
  source.on('error', (error) => text.destroy(error))
  try {
    for await (const line of createInterface({ input: text, crlfDelay: Number.POSITIVE_INFINITY }))
      yield JSON.parse(line)
  } catch {
    throw damaged(file)
  }
}

const isEmpty = async (db: Database): Promise<boolean> =>
  (await db.selectFrom('accounts').select('id').limit(1).executeTakeFirst()) === undefined

const fill = async (db: Database, lines: AsyncGenerator<unknown>, file: string): Promise<void> => {
  await db.deleteFrom('server_facts').execute()
  let count = 0
  for await (const line of lines) {
    const end = v.safeParse(endSchema, line)
    if (end.success && end.output.end === count) return
    const { table, row } = parse(rowSchema, line, file)
    await insertRow(db, table, mapValues(row, fromJson)).catch((error) => {
      // It refers to a row that is missing, or to a table that never was.
      throw isUnavailable(error) ? error : damaged(file)
    })
    count += 1
  }
  throw damaged(file)
}

/**
 * Puts a backup into an empty database, and its keys where the server looks for them. Rejects, and changes nothing, where there
 * is an account already, where other keys are there, or where the file is not whole or of a newer server.
 */
export const restore = async (config: Config, file: string): Promise<void> => {
  const lines = jsonOf(file)
  const { schema, secrets } = parse(headSchema, (await lines.next()).value, file)
  const unknown = schema.find((name) => !(name in migrations))
  if (unknown !== undefined)
    throw new Error(`${file} is of a newer Holdfast (schema ${unknown}). Update this server first.`)
  const db = await openDatabase(config, (within) => migrate(within, knownThen(schema)))
  try {
    if (!(await isEmpty(db))) throw new Error('The database is not empty. A backup is restored into an empty one.')
    await db.transaction().execute(async (within) => {
      await fill(within, lines, file)
      await saveSecrets(config.data, config.secretsFile, secrets)
    })
    await migrate(db)
  } finally {
    await db.destroy()
  }
}

/** The migrations that a backup has, so that what came later finds the rows and can change them. */
const knownThen = (schema: readonly string[]) =>
  Object.fromEntries(Object.entries(migrations).filter(([name]) => schema.includes(name)))
