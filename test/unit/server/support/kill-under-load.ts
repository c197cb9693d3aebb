import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { readConfig } from '../../../../server/config.ts'
import { waitFor } from '../../../support/deadline.ts'
import { freePorts } from '../../../support/free-ports.ts'
import { type ServerProcess, startProcess } from '../../../support/server-process.ts'
import { type Client, signedIn, type Tokens } from './client.ts'

/** One who writes and refreshes without a pause, and knows what was acknowledged. */
type Writer = { readonly client: Client; tokens: Tokens; asked: number; acknowledged: number; refreshed: number }

const json = { 'content-type': 'application/json' }

/** Writes the next number as the name. False where it was not acknowledged. */
const write = async (writer: Writer): Promise<boolean> => {
  writer.asked += 1
  const init = { method: 'PUT', headers: json, body: JSON.stringify({ name: String(writer.asked) }) }
  if ((await writer.client.call(writer.tokens.access, '/user/profile', init)).status !== 200) return false
  writer.acknowledged = writer.asked
  return true
}

const refresh = async (writer: Writer): Promise<true> => {
  writer.tokens = await writer.client.refresh(writer.tokens.refresh)
  writer.refreshed += 1
  return true
}

/** Does one thing after the other until the server is gone. */
const goOn = async (writer: Writer, steps: readonly ((writer: Writer) => Promise<boolean>)[]): Promise<void> => {
  try {
    for (;;) for (const step of steps) if (!(await step(writer))) return
  } catch {
    // Its connection is gone: what it asked last may have been done, and was not acknowledged.
  }
}

/** Asks again with what it has: a token whose successor may be with nobody. Answers what is lost: nothing, or a sentence. */
const lossOf = async (writer: Writer): Promise<string | undefined> => {
  const { client, acknowledged, asked } = writer
  try {
    writer.tokens = await client.refresh(writer.tokens.refresh)
  } catch (error) {
    return `a session, after ${writer.refreshed} refreshes: ${error}`
  }
  const { name } = await (await client.call(writer.tokens.access, '/user/profile')).json()
  if (Number(name ?? 0) >= acknowledged && Number(name ?? 0) <= asked) return undefined
  return `${acknowledged} was acknowledged, ${name} is there`
}

/**
 * Kills a server in the middle of writes and refreshes, and starts it again, `kills` times: on SQLite, or on the PostgreSQL of
 * `databaseUrl`. Answers what was lost, and how much was acknowledged.
 */
export const killUnderLoad = async (kills: number, databaseUrl?: string) => {
  const data = await mkdtemp(join(tmpdir(), 'holdfast-killed-'))
  const [appPort, idPort] = await freePorts(2)
  const variables = {
    HOLDFAST_APP_PORT: String(appPort),
    HOLDFAST_ID_PORT: String(idPort),
    HOLDFAST_DATA: data,
    ...(databaseUrl === undefined ? {} : { DATABASE_URL: databaseUrl }),
  }
  const site = readConfig(variables)
  let server: ServerProcess = await startProcess(variables)
  const losses: string[] = []
  try {
    const people = await Promise.all(Array.from({ length: 4 }, () => signedIn(site)))
    const writers = people.map(
      ({ client, tokens }): Writer => ({ client, tokens, asked: 0, acknowledged: 0, refreshed: 0 }),
    )
    const sum = (of: (writer: Writer) => number) => writers.reduce((total, writer) => total + of(writer), 0)
    const done = () =>
      Math.min(
        sum((one) => one.acknowledged),
        sum((one) => one.refreshed),
      )
    for (let kill = 0; kill < kills; kill += 1) {
      const before = done()
      const writing = writers.map((writer, at) => goOn(writer, at % 2 === 0 ? [refresh] : [write, write, refresh]))
      // However slow the machine is, something was acknowledged before.
      await waitFor(() => done() >= before + 3, 'writes and refreshes are under way')
      await pause(Math.random() * 200)
      await server.end('SIGKILL')
      await Promise.all(writing)
      server = await startProcess(variables)
      losses.push(...(await Promise.all(writers.map(lossOf))).filter((loss) => loss !== undefined))
    }
    return { losses, acknowledged: sum((one) => one.acknowledged), refreshed: sum((one) => one.refreshed) }
  } finally {
    await server.end('SIGTERM')
    await rm(data, { recursive: true, force: true })
  }
}
