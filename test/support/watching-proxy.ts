import { once } from 'node:events'
import { createServer, request } from 'node:http'
import type { AddressInfo } from 'node:net'
import { connect } from 'node:net'
import type { BrowserKind, LaunchOptions } from './browsers.ts'

/** A proxy that everything of a browser goes through, pages, workers and the browser itself, and that notes where to. */
export type WatchingProxy = {
  /** Every origin, or host and port of a tunnel, that was asked for. */
  readonly asked: ReadonlySet<string>
  close(): Promise<void>
  /** How a browser is started that sends everything this way, what goes to this machine included. */
  optionsFor(kind: BrowserKind): LaunchOptions
}

export const startWatchingProxy = async (): Promise<WatchingProxy> => {
  const asked = new Set<string>()
  const server = createServer((incoming, outgoing) => {
    const url = URL.parse(incoming.url ?? '')
    if (url === null) return void outgoing.writeHead(400).end()
    asked.add(url.origin)
    // What is not on this machine is noted, and goes nowhere.
    if (url.hostname !== 'localhost') return void outgoing.writeHead(502).end()
    const onward = request(url, { method: incoming.method ?? 'GET', headers: incoming.headers }, (reply) => {
      outgoing.writeHead(reply.statusCode ?? 502, reply.headers)
      reply.pipe(outgoing)
    })
    onward.on('error', () => outgoing.destroy())
    incoming.pipe(onward)
  })
  server.on('connect', (incoming, socket) => {
    const host = incoming.url ?? ''
    asked.add(host)
    const [name, port] = host.split(':')
    if (name !== 'localhost') return void socket.end('HTTP/1.1 502 Bad Gateway\r\n\r\n')
    const onward = connect(Number(port), name, () => {
      socket.write('HTTP/1.1 200 Connection Established\r\n\r\n')
      onward.pipe(socket).pipe(onward)
    })
    onward.on('error', () => socket.destroy())
    socket.on('error', () => onward.destroy())
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return {
    asked,
    async close() {
      server.closeAllConnections()
      await once(server.close(), 'close')
    },
    optionsFor: (kind) =>
      kind === 'chromium'
        ? { args: [`--proxy-server=127.0.0.1:${port}`, '--proxy-bypass-list=<-loopback>'] }
        : {
            prefs: {
              'network.proxy.type': 1,
              'network.proxy.http': '127.0.0.1',
              'network.proxy.http_port': port,
              'network.proxy.ssl': '127.0.0.1',
              'network.proxy.ssl_port': port,
              'network.proxy.no_proxies_on': '',
              'network.proxy.allow_hijacking_localhost': true,
            },
          },
  }
}
