import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pino } from 'pino'
import { type Config, readConfig } from '../../../../server/config.ts'
import { type RunningServer, type ServerOptions, startServer } from '../../../../server/server.ts'
import { freePorts } from '../../../support/free-ports.ts'
import { newDatabase } from './database.ts'

export type TestServer = RunningServer & {
  readonly config: Config
  /** Folder of the database and the secrets. */
  readonly data: string
  /** Everything that was logged, as it was written. */
  logged(): string
  /** Ends the server and starts it again on the same data and ports. */
  restart(): Promise<TestServer>
  /** Ends the server and removes its data. */
  dispose(): Promise<void>
}

const built = {
  'index.html': '<!doctype html><title>The app</title>',
  'sw.js': 'self.started = true',
  'assets/index-abc123.js': 'start()',
  'icons/icon.svg': '<svg xmlns="http://www.w3.org/2000/svg"/>',
}

const writeApp = async (folder: string): Promise<void> => {
  for (const [name, text] of Object.entries(built)) {
    const file = join(folder, name)
    await mkdir(join(file, '..'), { recursive: true })
    await writeFile(file, text)
  }
}

type Overrides = Partial<Config> & Pick<ServerOptions, 'mapWorkerSource' | 'clients'>

type Place = { readonly folder: string; readonly appFiles: string; drop(): Promise<unknown> }

const start = async (config: Config, place: Place, overrides: Overrides): Promise<TestServer> => {
  const { folder, appFiles, drop } = place
  const lines: string[] = []
  const log = pino({ level: 'info' }, { write: (line: string) => void lines.push(line) })
  const server = await startServer({ ...overrides, config, appFiles, log })
  return {
    ...server,
    config,
    data: config.data,
    logged: () => lines.join(''),
    async restart() {
      await server.close()
      return start(config, place, overrides)
    },
    async dispose() {
      await server.close()
      await drop()
      await rm(folder, { recursive: true, force: true })
    },
  }
}

/** A whole server with a built app of four files, on free ports, an empty data folder and an empty database. */
export const startTestServer = async (overrides: Overrides = {}): Promise<TestServer> => {
  const folder = await mkdtemp(join(tmpdir(), 'holdfast-server-'))
  const appFiles = join(folder, 'app')
  await writeApp(appFiles)
  const [appPort, idPort] = await freePorts(2)
  const variables = {
    HOLDFAST_APP_PORT: String(appPort),
    HOLDFAST_ID_PORT: String(idPort),
    HOLDFAST_DATA: join(folder, 'data'),
  }
  const { url: databaseUrl, drop } = await newDatabase()
  return start({ ...readConfig(variables), databaseUrl, ...overrides }, { folder, appFiles, drop }, overrides)
}
