import type { Runtime } from 'webextension-polyfill'
import browser from 'webextension-polyfill'
import { err, ok, type Result } from '../../base/result.ts'
import { HoldfastError } from '../../protocol/errors.ts'

const own = new URL(browser.runtime.getURL(''))

const isOwn = (address: string | undefined): boolean => {
  if (address === undefined || !URL.canParse(address)) return false
  const { protocol, host } = new URL(address)
  return protocol === own.protocol && host === own.host
}

/**
 * Pages of this extension alone. The id is not enough: a content script has it too, but the address and the origin of the
 * web page that it runs in. A page of ours in somebody's frame is refused as well.
 */
export const judgeSender = (sender: Runtime.MessageSender): Result<undefined, HoldfastError> => {
  const origin: unknown = Reflect.get(sender, 'origin')
  const top = sender.frameId === undefined || sender.frameId === 0
  const ours = sender.id === browser.runtime.id && isOwn(sender.url) && top
  return ours && typeof origin === 'string' && isOwn(origin) ? ok(undefined) : err(new HoldfastError('SENDER_REFUSED'))
}
