import { existsSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pino } from 'pino'
import { type Config, readConfig } from '../../server/config.ts'
import { type RunningServer, startServer } from '../../server/server.ts'
import { freePorts } from './free-ports.ts'
import { openGate, type Tamper } from './gate.ts'
import { createRecorder } from './record.ts'
import { createServed } from './served.ts'
import { withTestHook } from './worker-hook.ts'

export type HoldfastOptions = Partial<Pick<Config, 'accessTokenTtl' | 'refreshGrace'>> & {
  /** What HOLDFAST_AI_PROVIDERS is: where cloud AI is asked. */
  readonly ai?: string
  /** Someone else's provider in place of our own. */
  readonly external?: Config['external']
  /** False: a trusted network. */
  readonly requirePairing?: boolean
  /** The public port of the app. */
  readonly appPort?: number
  /** Changes the worker's script, before the test hook is put in front of it. */
  readonly mapWorkerSource?: (source: string) => string
  /** Changes what passes between the browser and both origins. */
  readonly tamper?: Tamper
  /** Is given the bytes of every body at both origins, in both directions. */
  readonly overhear?: (bytes: Uint8Array) => void
  /** Is given what the server would write to its output, and then it says all that it can say. */
  readonly logged?: (line: string) => void
  /** True: the worker as it is built, without the hook of `bootId`. */
  readonly bare?: boolean
}

const appFiles = join(import.meta.dirname, '../../dist/app')

const makeConfig = (options: HoldfastOptions, data: string, ports: readonly number[]): Config => {
  const [appPort, idPort, publicApp, publicId] = ports
  const { accessTokenTtl, refreshGrace, external, requirePairing = true } = options
  const config = readConfig({
    HOLDFAST_APP_PORT: String(appPort),
    HOLDFAST_ID_PORT: String(idPort),
    HOLDFAST_APP_URL: `http://localhost:${publicApp}`,
    HOLDFAST_ID_URL: `http://localhost:${publicId}`,
    HOLDFAST_DATA: data,
    HOLDFAST_AI_PROVIDERS: options.ai,
  })
  return {
    ...config,
    requirePairing,
    ...(accessTokenTtl === undefined ? {} : { accessTokenTtl }),
    ...(refreshGrace === undefined ? {} : { refreshGrace }),
    ...(external === undefined ? {} : { external }),
  }
}

const start = (config: Config, { mapWorkerSource = (source) => source, bare, logged }: HoldfastOptions) => {
  if (!existsSync(join(appFiles, 'sw.js'))) throw new Error('The app is not built: npm run build')
  return startServer({
    config,
    appFiles,
    mapWorkerSource: (source) => (bare === true ? mapWorkerSource(source) : withTestHook(mapWorkerSource(source))),
    log: logged === undefined ? pino({ level: 'silent' }) : pino({ level: 'trace' }, { write: logged }),
  })
}

/** A server of its own on free ports, with an empty data folder, behind a gate that records and breaks. */
export const startHoldfast = async (options: HoldfastOptions = {}) => {
  const data = await mkdtemp(join(tmpdir(), 'holdfast-data-'))
  const [appPort = 0, idPort = 0, freePort = 0, publicId = 0] = await freePorts(4)
  const publicApp = options.appPort ?? freePort
  const config = makeConfig(options, data, [appPort, idPort, publicApp, publicId])
  const recorder = createRecorder()
  const { serve, respond } = createServed(`http://127.0.0.1:${appPort}`)
  let server: RunningServer | undefined = await start(config, options)
  const { tamper, overhear } = options
  const through = {
    recorder,
    ...(tamper === undefined ? {} : { tamper }),
    ...(overhear === undefined ? {} : { overhear }),
  }
  const gates = await Promise.all([
    openGate({ ...through, site: 'app', port: publicApp, target: appPort, respond }),
    openGate({ ...through, site: 'id', port: publicId, target: idPort }),
  ])
  const close = async () => {
    await server?.close()
    server = undefined
  }
  return {
    appUrl: config.appUrl,
    idUrl: config.idUrl,
    config,
    recorder,
    /** Puts a page or a script on the app's origin, as one who can write there would. */
    serve,
    /** The server's database. */
    get store() {
      if (server === undefined) throw new Error('The server is stopped.')
      return server.store
    },
    /** Ends the server and starts one on the same ports and data; `changed` replaces options, `meanwhile` is done in between. */
    async restart(changed: HoldfastOptions = {}, meanwhile: () => Promise<void> = async () => undefined) {
      await close()
      await meanwhile()
      server = await start(makeConfig({ ...options, ...changed }, data, [appPort, idPort, publicApp, publicId]), {
        ...options,
        ...changed,
      })
    },
    /** Ends everything and removes the data. */
    async stop() {
      await Promise.all(gates.map((gate) => gate.close()))
      await close()
      await rm(data, { recursive: true, force: true })
    },
  }
}

export type Holdfast = Awaited<ReturnType<typeof startHoldfast>>
