import { signal } from '@preact/signals'
import browser, { type Runtime } from 'webextension-polyfill'
import { whileHeard } from '../../client/patience.ts'
import {
  createDevices,
  createPairing,
  createSecrets,
  createSync,
  HoldfastError,
  type Session,
  type SessionState,
} from '../../kit/client.ts'
import type { AnnounceMessage, Reply, Request, RequestMessage, StateRequest } from '../../protocol/messages.ts'
import { parseAnnounce, parseReply } from '../../protocol/parse.ts'
import { PROTOCOL } from '../../protocol/version.ts'

/** A content script of ours runs in a tab; the background does not. */
const toldBy = (message: unknown, sender: Runtime.MessageSender): AnnounceMessage | undefined =>
  sender.id === browser.runtime.id && sender.tab === undefined ? parseAnnounce(message) : undefined

const followBackground = (hear: (told: AnnounceMessage | undefined) => void) => {
  const onMessage = (message: unknown, sender: Runtime.MessageSender) => {
    hear(toldBy(message, sender))
    return undefined
  }
  browser.runtime.onMessage.addListener(onMessage)
  return () => browser.runtime.onMessage.removeListener(onMessage)
}

const send = async (message: RequestMessage): Promise<unknown> => {
  try {
    return await whileHeard(message.id, browser.runtime.sendMessage(message), followBackground)
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
    const announced = toldBy(message, sender)
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
