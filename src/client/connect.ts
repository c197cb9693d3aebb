import { signal } from '@preact/signals'
import { HoldfastError } from '../protocol/errors.ts'
import type { Reply, Request, SessionState, StateRequest } from '../protocol/messages.ts'
import { parseAnnounce } from '../protocol/parse.ts'
import { PROTOCOL } from '../protocol/version.ts'
import { ask, askCurrent } from './ask.ts'
import { createDevices, createPairing } from './devices.ts'
import { followRefresh } from './poke.ts'
import { type Registration, register, replaced } from './registration.ts'
import { createSecrets } from './secrets.ts'
import type { Session } from './session.ts'
import { createSync } from './sync.ts'

const unknownState: SessionState = {
  status: 'anonymous',
  grade: 'memory',
  protocol: PROTOCOL,
  pending: { signOuts: 0, syncs: 0 },
  sessions: {},
}

/** True while a newer worker waits; not for one that takes over by itself. */
const followUpdates = ({ workbox, registration }: Registration) => {
  const ready = signal(registration.waiting !== null)
  workbox.addEventListener('waiting', () => {
    ready.value = true
  })
  navigator.serviceWorker.addEventListener('controllerchange', () => {
    ready.value = registration.waiting !== null
  })
  return ready
}

/**
 * Asks once, and once more when the worker is replaced meanwhile, as it is after a sign-out: it says so, or it is gone and
 * never answers.
 */
const askPastReplacement = async <R extends Request>(
  worker: Registration['worker'],
  request: R,
): Promise<Reply[R['type']]> => {
  const changed = replaced().then(
    () => true,
    () => false,
  )
  const first = ask(worker(), request).catch((error: unknown) => {
    if (error instanceof HoldfastError && error.code === 'WORKER_UPDATING') return undefined
    throw error
  })
  const answer = await Promise.race([first, changed.then((another) => (another ? undefined : first))])
  if (answer !== undefined) return answer
  first.catch(() => undefined)
  await changed
  return ask(worker(), request)
}

/**
 * Registers the worker script, has it take charge of this page, and follows its session. Rejects with a HoldfastError:
 * WORKER_UNAVAILABLE where the browser has or allows no service worker, PROTOCOL_MISMATCH where page and worker are of
 * different versions and the page should be reloaded.
 */
export const connect = async (options: { readonly script: string }): Promise<Session> => {
  const registered = await register(options.script)
  const { worker, registration } = registered
  const state = signal<SessionState>(unknownState)
  const sync = createSync((request) => askCurrent(worker, request))
  navigator.serviceWorker.addEventListener('message', (event) => {
    const announced = event.origin === location.origin ? parseAnnounce(event.data) : undefined
    if (announced?.type === 'session.state') state.value = announced.state
    else if (announced !== undefined) sync.announced(announced)
  })
  const update = async (request: StateRequest) => {
    state.value = await askCurrent(worker, request)
  }
  const outdated = signal(false)
  const noteVersion = (error: unknown) => {
    outdated.value ||= error instanceof HoldfastError && error.code === 'PROTOCOL_MISMATCH'
  }
  const look = () => update({ type: 'session.get' })
  const poke = () => update({ type: 'session.poke' })
  await look()
  navigator.serviceWorker.addEventListener('controllerchange', () => void look().catch(noteVersion))
  followRefresh(state, poke)
  return {
    state,
    outdated,
    updateReady: followUpdates(registered),
    async signIn(options) {
      const { url } = await askPastReplacement(worker, { type: 'session.signIn', ...options })
      location.assign(url)
    },
    cancelSignIn: (options) => update({ type: 'session.cancelSignIn', ...options }),
    async signOut(options) {
      const { leave, ...now } = await askCurrent(worker, { type: 'session.signOut', ...options })
      state.value = now
      if (leave !== undefined) location.assign(leave)
    },
    poke,
    check: () => update({ type: 'session.check' }),
    devices: createDevices((request) => askCurrent(worker, request)),
    // Asked once, for a step that is taken twice would be another one; but a worker that is being replaced has taken none.
    pairing: createPairing((request) =>
      request.type === 'pairing.join' ? askPastReplacement(worker, request) : ask(worker(), request),
    ),
    secrets: createSecrets((request) => askCurrent(worker, request)),
    sync,
    async applyUpdate() {
      const { waiting } = registration
      if (waiting === null) return
      const changed = replaced()
      await Promise.all([ask(waiting, { type: 'worker.activate' }), changed])
    },
  }
}
