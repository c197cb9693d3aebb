import type { IncomingHttpHeaders } from 'node:http'
import { BlockList, isIPv6 } from 'node:net'

/** Loopback, and the proxies of these addresses and networks. */
export const proxiesOf = (trusted: readonly string[]): ((address: string) => boolean) => {
  const list = new BlockList()
  for (const one of trusted) {
    const [address = '', bits] = one.split('/')
    const family = isIPv6(address) ? 'ipv6' : 'ipv4'
    list.addSubnet(address, Number(bits ?? (family === 'ipv6' ? 128 : 32)), family)
  }
  return (address) => isLoopback(address) || list.check(address, isIPv6(address) ? 'ipv6' : 'ipv4')
}

const isLoopback = (address: string): boolean => /^(127\.|::1$|::ffff:127\.)/.test(address)

/** What of a request says where it came from. */
type Incoming = {
  readonly socket: { readonly remoteAddress?: string | undefined }
  readonly headers: IncomingHttpHeaders
}

/**
 * The address that a request came from. `behindProxy`: the public address is not this machine's, so a connection from
 * a proxy (from loopback, unless others are named) has as the last entry of its `X-Forwarded-For` what it saw; earlier ones
 * anyone can write.
 */
export const clientAddress = (incoming: Incoming, behindProxy: boolean, isProxy = isLoopback): string => {
  const peer = incoming.socket.remoteAddress ?? ''
  const forwarded = incoming.headers['x-forwarded-for']
  if (!behindProxy || !isProxy(peer) || forwarded === undefined) return peer
  return String(forwarded).split(',').at(-1)?.trim() || peer
}
