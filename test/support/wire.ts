import { once } from 'node:events'
import { connect, createServer, type Socket } from 'node:net'
import { freePorts } from './free-ports.ts'

/** A connection to `target` through a port of its own that can be cut, as when a machine or a network goes away. */
export const openWire = async (target: number) => {
  const [port = 0] = await freePorts(1)
  const sockets = new Set<Socket>()
  const keep = (socket: Socket) => {
    sockets.add(socket)
    socket.on('error', () => undefined)
    socket.once('close', () => sockets.delete(socket))
  }
  const server = createServer((socket) => {
    const onward = connect(target, '127.0.0.1')
    for (const one of [socket, onward]) keep(one)
    socket.pipe(onward).pipe(socket)
    socket.once('close', () => onward.destroy())
    onward.once('close', () => socket.destroy())
  })
  const mend = async () => {
    server.listen(port, '127.0.0.1')
    await once(server, 'listening')
  }
  const cut = async () => {
    const closed = once(server.close(), 'close')
    for (const socket of sockets) socket.destroy()
    await closed
  }
  await mend()
  return { port, cut, mend }
}
