import { HoldfastError, toErrorReply } from '../protocol/errors.ts'
import type { Reply, ReplyMessage, Request, RequestType } from '../protocol/messages.ts'
import { parseRequest, replyAddress } from '../protocol/parse.ts'
import { PROTOCOL } from '../protocol/version.ts'
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

/** Answers one message event, whatever it holds, over its port or else to its source. */
export const createRouter = (handlers: Handlers) => {
  const answer = async (event: ExtendableMessageEvent): Promise<ReplyMessage> => {
    const common = { v: PROTOCOL, id: replyAddress(event.data) }
    try {
      const sender = judgeSender(event)
      if (!sender.ok) throw sender.error
      const request = parseRequest(event.data)
      if (!request.ok) throw request.error
      return { ...common, ok: await within(handle(handlers, request.value)) }
    } catch (error) {
      return { ...common, error: toErrorReply(error) }
    }
  }
  return async (event: ExtendableMessageEvent): Promise<void> => {
    if (isForeign(event.data)) return
    const reply = await answer(event)
    const port = event.ports[0] ?? event.source
    port?.postMessage(reply)
  }
}
