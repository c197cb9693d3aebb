import { err, ok, type Result } from '../base/result.ts'
import { HoldfastError } from '../protocol/errors.ts'

declare const self: ServiceWorkerGlobalScope

const isOwnWindow = (client: Client | undefined): boolean =>
  client !== undefined &&
  client.type === 'window' &&
  client.frameType !== 'nested' &&
  new URL(client.url).origin === self.location.origin

/** A message may come from a top-level window of this origin alone: no frame, no worker, no other origin. */
export const judgeSender = (event: ExtendableMessageEvent): Result<WindowClient, HoldfastError> => {
  const { source } = event
  const ours = source instanceof WindowClient && isOwnWindow(source) && event.origin === self.location.origin
  return ours ? ok(source) : err(new HoldfastError('SENDER_REFUSED'))
}

/** True where the request of a fetch event came from a top-level window of this origin. */
export const isFromOwnWindow = async (clientId: string): Promise<boolean> =>
  clientId !== '' && isOwnWindow(await self.clients.get(clientId))
