import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pino } from 'pino'
import { type Config, readConfig } from '../../../../server/config.ts'
import { type RunningServer, type ServerOptions, startServer } from '../../../../server/server.ts'
import { freePorts } from '../../../support/free-ports.ts'

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

const start = async (config: Config, appFiles: string, folder: string, overrides: Overrides): Promise<TestServer> => {
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
      return start(config, appFiles, folder, overrides)
    },
    async dispose() {
      await server.close()
      await rm(folder, { recursive: true, force: true })
    },
  }
}

/** A whole server with a built app of four files, on free ports and an empty data folder. */
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
  return start({ ...readConfig(variables), ...overrides }, appFiles, folder, overrides)
}
