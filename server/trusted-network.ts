import type { RequestListener } from 'node:http'
import { BlockList, isIP, isIPv6 } from 'node:net'
import type { Config } from './config.ts'
import type { Variables } from './config-file.ts'
import { isLocal, loopback } from './config-values.ts'

// Without pairing (D7) the server trusts whoever reaches it. So it makes sure that only its own network can.

const privateNetworks = new BlockList()
for (const [network, bits] of [
  ['127.0.0.0', 8],
  ['10.0.0.0', 8],
  ['172.16.0.0', 12],
  ['192.168.0.0', 16],
  ['169.254.0.0', 16],
] as const) {
  privateNetworks.addSubnet(network, bits, 'ipv4')
}
privateNetworks.addAddress('::1', 'ipv6')
privateNetworks.addSubnet('fc00::', 7, 'ipv6')
privateNetworks.addSubnet('fe80::', 10, 'ipv6')

/** Whether an address is of this machine or of a network that the Internet does not lead to (RFC 1918, 3927, 4193, 4291). */
export const isPrivate = (address: string): boolean => {
  const plain = address.replace(/^::ffff:(?=\d)/, '').replace(/%.*$/, '')
  return isIP(plain) !== 0 && privateNetworks.check(plain, isIPv6(plain) ? 'ipv6' : 'ipv4')
}

/** Names that only a local network gives (RFC 6762, RFC 8375, and what ICANN has set aside). */
const isLocalName = (host: string): boolean => /^[^.]+$|\.(?:local|lan|internal|home\.arpa)$/.test(host)

const isWithin = (origin: string): boolean => {
  const { hostname } = new URL(origin)
  return isLocal(origin) || isPrivate(hostname.replace(/^\[|\]$/g, '')) || isLocalName(hostname)
}

/** What stands against trusting the network, each as a line. */
export const trustFaults = (given: Variables): readonly string[] => {
  if (given.HOLDFAST_REQUIRE_PAIRING !== 'false') return []
  const listen = (given.HOLDFAST_LISTEN ?? loopback).split(',').map((part) => part.trim())
  const origins = (['HOLDFAST_APP_URL', 'HOLDFAST_ID_URL'] as const).filter((name) => {
    const value = given[name]
    return value !== undefined && URL.canParse(value) && !isWithin(value)
  })
  return [
    ...(listen.every(isPrivate)
      ? []
      : [
          '  HOLDFAST_REQUIRE_PAIRING can be false only where HOLDFAST_LISTEN has loopback and private addresses alone',
        ]),
    ...origins.map(
      (name) => `  HOLDFAST_REQUIRE_PAIRING can be false only where ${name} is of this machine or network`,
    ),
    ...(given.HOLDFAST_ISSUER === undefined
      ? []
      : ['  HOLDFAST_REQUIRE_PAIRING can be false only without HOLDFAST_ISSUER']),
  ]
}

type Places = Pick<Config, 'appUrl' | 'idUrl' | 'appPort' | 'idPort' | 'listen'>

/** Hosts that a request can name. A page of a stranger whose name leads here (DNS rebinding) names its own. */
const hostsOf = ({ appUrl, idUrl, appPort, idPort, listen }: Places): ReadonlySet<string> => {
  const names = ['localhost', '127.0.0.1', '[::1]', ...listen.map((one) => (isIPv6(one) ? `[${one}]` : one))]
  const ports = [appPort, idPort]
  const direct = names.flatMap((name) => ports.map((port) => `${name}:${port}`))
  return new Set([new URL(appUrl).host, new URL(idUrl).host, ...direct])
}

/** Lets in only what names this server. */
export const withHostCheck = (listener: RequestListener, places: Places): RequestListener => {
  const hosts = hostsOf(places)
  return (incoming, outgoing) => {
    if (hosts.has(incoming.headers.host?.toLowerCase() ?? '')) return listener(incoming, outgoing)
    outgoing.writeHead(421, { 'content-type': 'text/plain', 'cache-control': 'no-store', connection: 'close' })
    outgoing.end('This server has another name.')
  }
}

export const trustWarning =
  'PAIRING IS OFF: whoever reaches this server gets in without sign-in, and devices are paired without approval. Set HOLDFAST_REQUIRE_PAIRING=true unless everybody on this network may do that.'
