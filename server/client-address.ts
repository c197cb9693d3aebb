import type { IncomingHttpHeaders } from 'node:http'

const isLoopback = (address: string): boolean => /^(127\.|::1$|::ffff:127\.)/.test(address)

/** What of a request says where it came from. */
type Incoming = {
  readonly socket: { readonly remoteAddress?: string | undefined }
  readonly headers: IncomingHttpHeaders
}

/**
 * The address that a request came from. `behindProxy`: the public address is not this machine's, so a connection from
 * loopback is the proxy's, and the last entry of its `X-Forwarded-For` is what it saw; earlier ones anyone can write.
 */
export const clientAddress = (incoming: Incoming, behindProxy: boolean): string => {
  const peer = incoming.socket.remoteAddress ?? ''
  const forwarded = incoming.headers['x-forwarded-for']
  if (!behindProxy || !isLoopback(peer) || forwarded === undefined) return peer
  return String(forwarded).split(',').at(-1)?.trim() || peer
}
