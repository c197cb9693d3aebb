import { utf8 } from '../../base/bytes.ts'
import { Secret } from '../../base/secret.ts'
import { routeRequest } from '../../session/resource.ts'
import { parseConfig } from '../../sw/config.ts'
import type { Host } from '../../sw/host.ts'
import { createLifetime } from '../../sw/lifetime.ts'
import { createRotation } from '../../sw/rotation.ts'
import type { Handlers } from '../../sw/router.ts'
import { createIndexedStore } from '../../sw/store.ts'
import { createSync } from '../../sw/sync/service.ts'
import { openVault } from '../../sw/vault.ts'
import { createWorker, type Worker } from '../../sw/worker.ts'
import type { Server } from '../package/differences.ts'
import { custodyConfig } from './custody-config.ts'
import { closeLeftWindow, createFlow, type Flow } from './flow.ts'
import { noteOutcome } from './outcome.ts'

/** The custody worker in the background of the extension. */
export type Background = {
  /** What pages of the extension may ask. Resolves when everything has been restored from the vault. */
  handlers(): Promise<Handlers>
  /** For an alarm: what waits is done, what is due is refreshed. */
  wake(): Promise<void>
  /** Resolves when nothing is left to do. */
  idle(): Promise<void>
}

/** No page shares the origin of an extension, so the key that cannot be exported is enough: grade `isolated`. */
const share = new Secret(utf8('holdfast isolated'))

/** Asks the API something small with the credentials, so that a session which was ended elsewhere is found out. */
const check = async (worker: Worker, server: Server): Promise<void> => {
  const request = new Request(`${server.appUrl}/api/v1/user/profile`)
  const route = routeRequest(custodyConfig(server).resources, new URL(request.url), request.method, location.origin)
  if (route === undefined) return
  const answer = await worker.respond(request, route, true)
  await answer.body?.cancel()
}

/** A sign-in whose window this life of the background knows nothing of was cut off with the life before. */
const endOrphan = async (worker: Worker): Promise<void> => {
  const { status } = await worker.handlers['session.get']({ type: 'session.get' })
  if (status !== 'signing-in') return
  await worker.signIn.cancel()
  await closeLeftWindow()
  await noteOutcome('interrupted')
}

type Begin = (work: () => Promise<void>) => Promise<void>

/** Whoever asks while it is being begun waits for the one that is. */
const createBegin = (): Begin => {
  let beginning: Promise<void> | undefined
  return (work) => {
    beginning ??= work().finally(() => {
      beginning = undefined
    })
    return beginning
  }
}

type Deps = {
  readonly flow: Flow
  readonly begin: Begin
  readonly server: Server
  readonly hold: (work: Promise<unknown>) => void
}

const handlersOf = (worker: Worker, { flow, begin, server, hold }: Deps): Handlers => ({
  ...worker.handlers,
  async 'session.signIn'({ provider, returnTo, again }) {
    // The window belongs to the background, and a second click shows the one there is.
    if (flow.isRunning()) await flow.show()
    else {
      await begin(async () => {
        await noteOutcome(undefined)
        const id = await worker.signIn.start(provider, returnTo, again)
        hold(flow.run(worker.signIn, id).then(noteOutcome))
      })
    }
    return { url: server.idUrl }
  },
  async 'session.cancelSignIn'(request) {
    await flow.close()
    return worker.handlers['session.cancelSignIn'](request)
  },
  async 'session.poke'(request) {
    const state = await worker.handlers['session.poke'](request)
    if (state.status !== 'signed-in') return state
    await check(worker, server)
    return worker.handlers['session.get']({ type: 'session.get' })
  },
})

/** Starts nothing yet: the vault is opened when something is asked. */
export const createBackground = (server: Server, host: Host): Background => {
  const config = parseConfig(custodyConfig(server))
  const lifetime = createLifetime()
  const flow = createFlow()
  const begin = createBegin()
  const fetch: typeof globalThis.fetch = globalThis.fetch.bind(globalThis)
  const store = createIndexedStore('holdfast-custody')
  const clock = () => Date.now()
  const random = () => Math.random()
  const start = async (): Promise<Worker> => {
    const vault = await openVault(store, share, 'isolated')
    // There is no seal here, and so no install to rotate.
    const rotation = createRotation(store, fetch, undefined)
    const worker = await createWorker({
      host,
      config,
      vault,
      rotation,
      fetch,
      clock,
      random,
      hold: lifetime.hold,
      createSync,
    })
    await endOrphan(worker)
    return worker
  }
  let starting: Promise<Worker> | undefined
  const worker = (): Promise<Worker> => {
    starting ??= start()
    // A database that did not answer may do so the next time.
    starting.catch(() => {
      starting = undefined
    })
    return starting
  }
  return {
    handlers: async () => handlersOf(await worker(), { flow, begin, server, hold: lifetime.hold }),
    async wake() {
      const { handlers } = await worker()
      await handlers['session.poke']({ type: 'session.poke' })
      await lifetime.idle()
    },
    idle: lifetime.idle,
  }
}
