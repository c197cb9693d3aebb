import { signal } from '@preact/signals'
import browser, { type Runtime } from 'webextension-polyfill'
import {
  createDevices,
  createPairing,
  createSecrets,
  createSync,
  HoldfastError,
  type Session,
  type SessionState,
} from '../../kit/client.ts'
import type { Reply, Request, RequestMessage, StateRequest } from '../../protocol/messages.ts'
import { parseAnnounce, parseReply } from '../../protocol/parse.ts'
import { PROTOCOL } from '../../protocol/version.ts'

/** Longer than the background's own limit, so that its answer comes first. */
const patience = 28_000

const within = async (work: Promise<unknown>): Promise<unknown> => {
  const { promise, reject } = Promise.withResolvers<never>()
  const timer = setTimeout(() => reject(new HoldfastError('WORKER_UNAVAILABLE')), patience)
  return Promise.race([work, promise]).finally(() => clearTimeout(timer))
}

const send = async (message: RequestMessage): Promise<unknown> => {
  try {
    return await within(browser.runtime.sendMessage(message))
  } catch (cause) {
    throw cause instanceof HoldfastError ? cause : new HoldfastError('WORKER_UNAVAILABLE', { cause })
  }
}

/** One question to the background, one answer. Rejects with a HoldfastError, as `ask` of a web page does. */
const ask = async <R extends Request>(request: R): Promise<Reply[R['type']]> => {
  const type: R['type'] = request.type
  const reply = parseReply(type, await send({ v: PROTOCOL, id: crypto.randomUUID(), ...request }))
  if (reply.ok) return reply.value
  throw new HoldfastError(reply.error.code)
}

/** What a page of the extension has of the session: the same as a web page, over messages to the background. */
export const connectBackground = async (): Promise<Session> => {
  const state = signal<SessionState>(await ask({ type: 'session.get' }))
  const sync = createSync(ask)
  const update = async (request: StateRequest) => {
    state.value = await ask(request)
  }
  browser.runtime.onMessage.addListener((message: unknown, sender: Runtime.MessageSender) => {
    // A content script of ours runs in a tab; the background does not.
    const announced = sender.id === browser.runtime.id && sender.tab === undefined ? parseAnnounce(message) : undefined
    if (announced?.type === 'session.state') state.value = announced.state
    else if (announced !== undefined) sync.announced(announced)
    return undefined
  })
  const poke = () => update({ type: 'session.poke' })
  void poke().catch(() => undefined)
  return {
    state,
    // Background and pages are of one package.
    outdated: signal(false),
    // The browser restarts an extension for its new version; nothing waits.
    updateReady: signal(false),
    async signIn(options) {
      await ask({ type: 'session.signIn', ...options })
    },
    cancelSignIn: (options) => update({ type: 'session.cancelSignIn', ...options }),
    signOut: (options) => update({ type: 'session.signOut', ...options }),
    poke,
    check: () => update({ type: 'session.check' }),
    devices: createDevices(ask),
    pairing: createPairing(ask),
    secrets: createSecrets(ask),
    sync,
    applyUpdate: async () => undefined,
  }
}
