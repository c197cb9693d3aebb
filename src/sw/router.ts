import type { Result } from '../base/result.ts'
import { HoldfastError, toErrorReply } from '../protocol/errors.ts'
import type { Reply, ReplyMessage, Request, RequestType } from '../protocol/messages.ts'
import { parseRequest, replyAddress, replyVersion } from '../protocol/parse.ts'
import { judgeSender } from './senders.ts'

export type Handlers = {
  readonly [T in RequestType]: (request: Extract<Request, { type: T }>) => Promise<Reply[T]>
}

/** Longer than any handler may take, and shorter than the page's patience. */
const timeout = 25_000

const within = async <T>(work: Promise<T>): Promise<T> => {
  const { promise, reject } = Promise.withResolvers<never>()
  const timer = setTimeout(() => reject(new HoldfastError('INTERNAL')), timeout)
  try {
    return await Promise.race([work, promise])
  } finally {
    clearTimeout(timer)
  }
}

const handle = <T extends RequestType>(
  handlers: Handlers,
  request: Extract<Request, { type: T }>,
): Promise<Reply[T]> => {
  const type: T = request.type
  return handlers[type](request)
}

/** True for messages in the style of other libraries in the same worker: a `type` and no version. They are theirs. */
const isForeign = (data: unknown): boolean =>
  typeof data === 'object' && data !== null && !('v' in data) && 'type' in data && typeof data.type === 'string'

/** Answers one message, whatever it holds. `sender` says whether who sent it may ask at all. */
export const answer = async (
  handlers: Handlers,
  data: unknown,
  sender: Result<unknown, HoldfastError>,
): Promise<ReplyMessage> => {
  const common = { v: replyVersion(data), id: replyAddress(data) }
  try {
    if (!sender.ok) throw sender.error
    const request = parseRequest(data)
    if (!request.ok) throw request.error
    return { ...common, ok: await within(handle(handlers, request.value)) }
  } catch (error) {
    return { ...common, error: toErrorReply(error) }
  }
}

/** Answers the message events of a service worker, over their port or else to their source. */
export const createRouter =
  (handlers: Handlers) =>
  async (event: ExtendableMessageEvent): Promise<void> => {
    if (isForeign(event.data)) return
    const reply = await answer(handlers, event.data, judgeSender(event))
    const port = event.ports[0] ?? event.source
    port?.postMessage(reply)
  }
