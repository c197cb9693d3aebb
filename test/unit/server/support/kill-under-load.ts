import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { readConfig } from '../../../../server/config.ts'
import { freePorts } from '../../../support/free-ports.ts'
import { type ServerProcess, startProcess } from '../../../support/server-process.ts'
import { type Client, signedIn, type Tokens } from './client.ts'

/** One who writes without a pause, and knows what was acknowledged. */
type Writer = { readonly client: Client; tokens: Tokens; asked: number; acknowledged: number }

const json = { 'content-type': 'application/json' }

/** Writes one number after the other as the name, and refreshes now and then, until the server is gone. */
const writeOn = async (writer: Writer): Promise<void> => {
  try {
    for (;;) {
      writer.asked += 1
      const init = { method: 'PUT', headers: json, body: JSON.stringify({ name: String(writer.asked) }) }
      if ((await writer.client.call(writer.tokens.access, '/user/profile', init)).status !== 200) return
      writer.acknowledged = writer.asked
      if (writer.asked % 3 === 0) writer.tokens = await writer.client.refresh(writer.tokens.refresh)
    }
  } catch {
    // Its connection is gone: what it asked last may have been done, and was not acknowledged.
  }
}

/** What of this writer's is lost: nothing, or a sentence. */
const lossOf = async (writer: Writer): Promise<string | undefined> => {
  const { client, tokens, acknowledged, asked } = writer
  const response = await client.call(tokens.access, '/user/profile')
  const { name } = await response.json()
  if (Number(name ?? 0) < acknowledged || Number(name ?? 0) > asked)
    return `${acknowledged} was acknowledged, ${name} is there`
  writer.tokens = await client.refresh(tokens.refresh)
  return undefined
}

/**
 * Kills a server on SQLite in the middle of writing, and starts it again, `kills` times. Answers what was lost, and how many
 * writes were acknowledged.
 */
export const killUnderLoad = async (kills: number) => {
  const data = await mkdtemp(join(tmpdir(), 'holdfast-killed-'))
  const [appPort, idPort] = await freePorts(2)
  const variables = { HOLDFAST_APP_PORT: String(appPort), HOLDFAST_ID_PORT: String(idPort), HOLDFAST_DATA: data }
  const site = readConfig(variables)
  let server: ServerProcess = await startProcess(variables)
  const losses: string[] = []
  try {
    const people = await Promise.all(Array.from({ length: 4 }, () => signedIn(site)))
    const writers = people.map(({ client, tokens }): Writer => ({ client, tokens, asked: 0, acknowledged: 0 }))
    for (let kill = 0; kill < kills; kill += 1) {
      const writing = writers.map(writeOn)
      await pause(100 + Math.random() * 200)
      await server.end('SIGKILL')
      await Promise.all(writing)
      server = await startProcess(variables)
      losses.push(...(await Promise.all(writers.map(lossOf))).filter((loss) => loss !== undefined))
    }
    return { losses, acknowledged: writers.reduce((sum, writer) => sum + writer.acknowledged, 0) }
  } finally {
    await server.end('SIGTERM')
    await rm(data, { recursive: true, force: true })
  }
}
