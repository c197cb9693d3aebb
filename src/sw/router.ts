import type { Result } from '../base/result.ts'
import { HoldfastError, toErrorReply } from '../protocol/errors.ts'
import type { Reply, ReplyMessage, Request, RequestType } from '../protocol/messages.ts'
import { parseRequest, replyAddress, replyVersion } from '../protocol/parse.ts'
import { judgeSender } from './senders.ts'

export type Handlers = {
  /** `step`: something more of it is done. What takes long says so, and has its time anew. */
  readonly [T in RequestType]: (request: Extract<Request, { type: T }>, step?: () => void) => Promise<Reply[T]>
}

/** Tells who has asked that the question of this id is worked at. */
export type TellBusy = (id: string) => void

/** Longer than any step of a handler may take, and shorter than the page's patience. */
const timeout = 25_000
/** From one sign of work to the next at least, in milliseconds. */
const signEvery = 2000

/** Ends work of which no step is done for too long. */
const within = async <T>(work: (step: () => void) => Promise<T>, tell: () => void): Promise<T> => {
  const { promise, reject } = Promise.withResolvers<never>()
  const start = () => setTimeout(() => reject(new HoldfastError('INTERNAL')), timeout)
  let timer = start()
  let told = performance.now()
  const step = (): void => {
    clearTimeout(timer)
    timer = start()
    if (performance.now() - told < signEvery) return
    told = performance.now()
    tell()
  }
  try {
    return await Promise.race([work(step), promise])
  } finally {
    clearTimeout(timer)
  }
}

const handle = <T extends RequestType>(
  handlers: Handlers,
  request: Extract<Request, { type: T }>,
  step: () => void,
): Promise<Reply[T]> => {
  const type: T = request.type
  return handlers[type](request, step)
}

/** True for messages in the style of other libraries in the same worker: a `type` and no version. They are theirs. */
const isForeign = (data: unknown): boolean =>
  typeof data === 'object' && data !== null && !('v' in data) && 'type' in data && typeof data.type === 'string'

/** Answers one message, whatever it holds. `sender` says whether who sent it may ask at all. */
export const answer = async (
  handlers: Handlers,
  data: unknown,
  sender: Result<unknown, HoldfastError>,
  busy: TellBusy,
): Promise<ReplyMessage> => {
  const common = { v: replyVersion(data), id: replyAddress(data) }
  try {
    if (!sender.ok) throw sender.error
    const request = parseRequest(data)
    if (!request.ok) throw request.error
    const { value } = request
    const ok = await within(
      (step) => handle(handlers, value, step),
      () => busy(common.id),
    )
    return { ...common, ok }
  } catch (error) {
    return { ...common, error: toErrorReply(error) }
  }
}

/** Answers the message events of a service worker, over their port or else to their source. */
export const createRouter =
  (handlers: Handlers, busy: TellBusy) =>
  async (event: ExtendableMessageEvent): Promise<void> => {
    if (isForeign(event.data)) return
    const reply = await answer(handlers, event.data, judgeSender(event), busy)
    const port = event.ports[0] ?? event.source
    port?.postMessage(reply)
  }
