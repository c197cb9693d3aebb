import { once } from 'node:events'
import { createServer, request as send } from 'node:http'
import { pipeline } from 'node:stream/promises'

/** A proxy on `port` that sends each request to the port that `choose` says. */
export const startBalancer = async (port: number, choose: () => number) => {
  const server = createServer((incoming, outgoing) => {
    const { method, url, headers } = incoming
    const onward = send({ host: '127.0.0.1', port: choose(), method, path: url, headers }, (answer) => {
      outgoing.writeHead(answer.statusCode ?? 502, answer.headers)
      void pipeline(answer, outgoing).catch(() => outgoing.destroy())
    })
    onward.on('error', () => outgoing.destroy())
    void pipeline(incoming, onward).catch(() => undefined)
  }).listen(port, 'localhost')
  await once(server, 'listening')
  return {
    async close() {
      server.closeAllConnections()
      await once(server.close(), 'close')
    },
  }
}
