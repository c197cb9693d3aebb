import { HoldfastError } from '../protocol/errors.ts'
import type { Reply, Request, RequestMessage } from '../protocol/messages.ts'
import { parseReply } from '../protocol/parse.ts'
import { PROTOCOL } from '../protocol/version.ts'

/** Longer than the worker's own limit, so that its answer comes first. */
const patience = 28_000

const receive = (port: MessagePort): Promise<unknown> => {
  const { promise, resolve, reject } = Promise.withResolvers<unknown>()
  const timer = setTimeout(() => reject(new HoldfastError('WORKER_UNAVAILABLE')), patience)
  port.addEventListener('message', (event) => resolve(event.data))
  port.start()
  return promise.finally(() => {
    clearTimeout(timer)
    port.close()
  })
}

/**
 * One question, one answer, over a port of its own. Rejects with a HoldfastError: the worker's, or WORKER_UNAVAILABLE when
 * it does not answer, or PROTOCOL_MISMATCH when its answer is none.
 */
export const ask = async <R extends Request>(worker: ServiceWorker, request: R): Promise<Reply[R['type']]> => {
  const { port1, port2 } = new MessageChannel()
  const message: RequestMessage = { v: PROTOCOL, id: crypto.randomUUID(), ...request }
  const answer = receive(port1)
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
