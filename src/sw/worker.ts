import type { Clock } from '../base/clock.ts'
import { HoldfastError } from '../protocol/errors.ts'
import type { SessionState } from '../protocol/messages.ts'
import { PROTOCOL } from '../protocol/version.ts'
import { refreshNeed } from '../session/refresh-time.ts'
import type { Route } from '../session/resource.ts'
import { describeSession } from './announce.ts'
import { createApi, type Holder } from './api.ts'
import type { Config } from './config.ts'
import { createDevice, type Device, noDevice } from './device.ts'
import { createDeviceHandlers, type DeviceHandlersDeps } from './device-handlers.ts'
import { announcementOf, type Host } from './host.ts'
import { type Journal, noJournal } from './journal.ts'
import { createKeeper, type Keeper, keepersOf, signInLimit } from './keeper.ts'
import { createDiscovery } from './oidc/discovery.ts'
import { createWire } from './oidc/wire.ts'
import { createRefresher } from './refresher.ts'
import type { Rotation } from './rotation.ts'
import type { Handlers } from './router.ts'
import { createSecrets } from './secrets.ts'
import { createSignIn } from './sign-in.ts'
import { createSignOut } from './sign-out.ts'
import { type CreateSync, noSync } from './sync-part.ts'
import type { Vault } from './vault.ts'

export type WorkerDeps = {
  readonly host: Host
  readonly config: Config
  readonly vault: Vault
  readonly rotation: Rotation
  /** Sends what a page has asked for. Default: without remembering it, where no page's requests come this way. */
  readonly journal?: Journal
  readonly fetch: typeof globalThis.fetch
  readonly clock: Clock
  readonly random: () => number
  /** Keeps the worker alive until the promise settles: `waitUntil` of the event at hand. */
  readonly hold: (work: Promise<unknown>) => void
  /** Sync of the notes of this origin. Default: none. */
  readonly createSync?: CreateSync | undefined
}

/** The custody worker, wired. Everything in it has been restored from the vault when this resolves. */
export const createWorker = async (deps: WorkerDeps) => {
  const { host, config, vault, rotation, fetch, clock, random, hold, journal = noJournal(fetch) } = deps
  const wire = createWire(fetch, clock)
  const discovery = createDiscovery(vault, wire, clock)
  const announce = () => {
    hold(host.announce(announcementOf(describe())))
    for (const device of devices.values()) hold(device.ensure())
    hold(sync.look().catch(() => undefined))
  }
  const keepers = new Map(
    config.providers.map((provider) => [provider.id, createKeeper({ vault, wire, clock, announce }, provider)]),
  )
  const signOut = createSignOut({ vault, wire, clock, discovery, keepers })
  const deviceOf = (keeper: Keeper): Device => {
    const { id, devices } = keeper.provider
    const ask = async (url: URL, init: RequestInit) => {
      const holder = holders.get(id)
      return holder === undefined ? Response.error() : api.ask(holder, url, init)
    }
    return devices === undefined ? noDevice : createDevice({ vault, clock, ask }, keeper, devices)
  }
  const devices = new Map([...keepers].map(([id, keeper]) => [id, deviceOf(keeper)]))
  const holders = new Map<string, Holder>(
    [...keepers].map(([id, keeper]) => {
      const device = devices.get(id) ?? noDevice
      const refresher = createRefresher(
        { vault, wire, clock, random, discovery, device, orphaned: signOut.queue },
        keeper,
      )
      return [id, { keeper, refresher }]
    }),
  )
  const signIn = createSignIn({
    config,
    origin: host.origin,
    redirectUri: host.redirectUri,
    userAgent: navigator.userAgent,
    vault,
    wire,
    clock,
    discovery,
    keepers,
    replace: signOut.replace,
  })
  const api = createApi({ journal, clock, observe: wire.observe, hold })

  const secrets = createSecrets(vault, config.resources)

  const describe = (): SessionState =>
    describeSession(keepers, vault.grade, { signOuts: signOut.waiting(), syncs: sync.waiting() })

  /** After a sign-out: tell the provider, then end the install. What cannot be done now waits for the network. */
  const settleSignOut = async (): Promise<boolean> => {
    try {
      if ((await signOut.flush()) > 0) return false
      return await rotation.run()
    } catch {
      return false
    } finally {
      if (signOut.waiting() > 0) hold(host.wakeWhenOnline())
      announce()
    }
  }

  const signOutLeftovers = () => (signOut.waiting() > 0 ? settleSignOut() : rotation.run().catch(() => false))

  /** Looks at every session: what is due is begun, what took too long is ended. */
  const look = async (options: { readonly now: boolean }): Promise<void> => {
    for (const { keeper, refresher } of holders.values()) {
      const state = keeper.state()
      await keeper.save()
      if (state.status === 'signing-in' && clock() - state.since >= signInLimit) await signIn.cancel(keeper.provider.id)
      const live = keeper.live()
      const due = live !== undefined && refreshNeed(live.tokens.life, clock()) !== 'none'
      if (due || live?.refreshingSince != null) hold(refresher.refresh(options))
    }
    hold(signOutLeftovers())
  }

  const restore = async (): Promise<void> => {
    await signOut.restore()
    await secrets.restore()
    for (const keeper of keepers.values()) await keeper.restore()
    await signIn.resume()
    await sync.look().catch(() => undefined)
    await look({ now: false })
  }

  const syncAt: DeviceHandlersDeps['sync'] = ({ holder, api: deviceApi, base }) =>
    deps.createSync?.({
      vault,
      clock,
      random,
      keeper: holder.keeper,
      api: deviceApi,
      ask: (url, init) => api.ask(holder, url, init),
      ready: async () => devices.get(holder.keeper.provider.id)?.ensure(),
      base,
      hold,
      announce: (state) => hold(host.announce({ v: PROTOCOL, type: 'sync.state', state })),
      counted: () => hold(host.announce(announcementOf(describe()))),
      wakeWhenOnline: host.wakeWhenOnline,
    }) ?? noSync
  const atDevices = createDeviceHandlers({
    vault,
    wire,
    clock,
    discovery,
    holders,
    ask: api.ask,
    describe,
    hold,
    signOutLeftovers,
    sync: syncAt,
  })
  const { sync } = atDevices

  const handlers: Handlers = {
    'session.get': async () => describe(),
    async 'session.signIn'({ provider, returnTo, again }) {
      if (await signOutLeftovers()) throw new HoldfastError('WORKER_UPDATING')
      const id = await signIn.start(provider, returnTo, again)
      if (vault.grade === 'memory') hold(signIn.settled())
      return { url: `${host.redirectUri}?continue=${id}` }
    },
    async 'session.cancelSignIn'({ provider }) {
      await signIn.cancel(provider)
      return describe()
    },
    async 'session.signOut'({ provider, atProvider }) {
      const ended = keepersOf(keepers, provider)
      const others = [...keepers.values()].some((keeper) => !ended.includes(keeper) && keeper.live() !== undefined)
      // Asked for before the sessions are gone, and without making them wait.
      const leaving = atProvider === true ? signOut.leave(host.redirectUri, provider) : Promise.resolve(undefined)
      // Without the mark a killed worker would not end the install; the session ends all the same.
      if (!others) await rotation.mark().catch(() => undefined)
      let leave: string | undefined
      try {
        // The install and the secrets are the other sessions' too.
        await sync.leave(ended, async () => {
          await Promise.all([signOut.signOut(provider), others ? undefined : secrets.clear()])
        })
        leave = await leaving
      } finally {
        hold(settleSignOut())
      }
      return { ...describe(), ...(leave === undefined ? {} : { leave }) }
    },
    async 'session.poke'() {
      await look({ now: true })
      hold(sync.run())
      return describe()
    },
    async 'secrets.put'({ name, value }) {
      await secrets.put(name, value)
      return { secrets: secrets.list() }
    },
    async 'secrets.remove'({ name }) {
      await secrets.remove(name)
      return { secrets: secrets.list() }
    },
    'secrets.list': async () => ({ secrets: secrets.list() }),
    ...atDevices.handlers,
    async 'worker.claim'() {
      await host.claim()
      return {}
    },
    async 'worker.activate'() {
      await host.activate()
      return {}
    },
  }

  await restore()

  return {
    handlers,
    signIn,
    /** The network is back: what waits for it goes. */
    async online(): Promise<void> {
      await Promise.all([settleSignOut(), sync.run()])
    },
    /** The answer to a request that goes the way of `route`; with credentials where who asks is `trusted`. */
    async respond(request: Request, route: Route, trusted: boolean): Promise<Response> {
      const { provider, secret } = route.resource
      if (secret !== undefined) return api.respondWithSecret(request, route, secrets.use(secret), trusted)
      const holder = holders.get(provider ?? '')
      if (holder === undefined) return Response.error()
      return api.respond(request, route, holder, trusted)
    },
  }
}

export type Worker = Awaited<ReturnType<typeof createWorker>>
