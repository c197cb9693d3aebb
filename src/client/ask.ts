import { HoldfastError } from '../protocol/errors.ts'
import type { AnnounceMessage, Reply, Request, RequestMessage } from '../protocol/messages.ts'
import { parseAnnounce, parseReply } from '../protocol/parse.ts'
import { PROTOCOL } from '../protocol/version.ts'
import { whileHeard } from './patience.ts'

/** Hears what the worker tells by itself. */
const followWorker = (hear: (told: AnnounceMessage | undefined) => void) => {
  const onMessage = (event: MessageEvent) => {
    if (event.origin === location.origin) hear(parseAnnounce(event.data))
  }
  navigator.serviceWorker.addEventListener('message', onMessage)
  return () => navigator.serviceWorker.removeEventListener('message', onMessage)
}

const receive = (port: MessagePort, id: string): Promise<unknown> => {
  const { promise, resolve } = Promise.withResolvers<unknown>()
  port.addEventListener('message', (event) => resolve(event.data))
  port.start()
  return whileHeard(id, promise, followWorker).finally(() => port.close())
}

/**
 * One question, one answer, over a port of its own. Rejects with a HoldfastError: the worker's, or WORKER_UNAVAILABLE when
 * it does not answer, or PROTOCOL_MISMATCH when its answer is none.
 */
export const ask = async <R extends Request>(worker: ServiceWorker, request: R): Promise<Reply[R['type']]> => {
  const { port1, port2 } = new MessageChannel()
  const message: RequestMessage = { v: PROTOCOL, id: crypto.randomUUID(), ...request }
  const answer = receive(port1, message.id)
  worker.postMessage(message, [port2])
  const type: R['type'] = request.type
  const reply = parseReply(type, await answer)
  if (reply.ok) return reply.value
  throw new HoldfastError(reply.error.code)
}

/**
 * The same of whichever worker is in charge. A worker that is replaced meanwhile may never answer, so its successor is
 * asked too: for questions that do no harm when they are asked twice.
 */
export const askCurrent = async <R extends Request>(
  worker: () => ServiceWorker,
  request: R,
): Promise<Reply[R['type']]> => {
  const { promise: again, resolve, reject } = Promise.withResolvers<Reply[R['type']]>()
  const askAgain = () => ask(worker(), request).then(resolve, reject)
  navigator.serviceWorker.addEventListener('controllerchange', askAgain)
  try {
    return await Promise.race([ask(worker(), request), again])
  } finally {
    navigator.serviceWorker.removeEventListener('controllerchange', askAgain)
    again.catch(() => undefined)
  }
}
