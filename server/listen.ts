import { createServer, type RequestListener, type Server } from 'node:http'
import { isIPv6 } from 'node:net'

export type Listening = {
  /** Takes no new connection, lets what is under way end for five seconds, then ends everything. */
  close(): Promise<void>
}

const drain = 5000

const closeServer = (server: Server): Promise<void> => {
  const { promise, resolve } = Promise.withResolvers<void>()
  const force = setTimeout(() => server.closeAllConnections(), drain)
  // A connection that was busy goes idle when its answer is out, and would then be kept for more.
  const sweep = setInterval(() => server.closeIdleConnections(), 50)
  server.close(() => {
    clearTimeout(force)
    clearInterval(sweep)
    resolve()
  })
  server.closeIdleConnections()
  return promise
}

/** Undefined where this machine has no such address. */
const open = (listener: RequestListener, host: string, port: number, name: string): Promise<Server | undefined> => {
  // A backup of a whole notebook may take its time; what is small never does.
  const timeouts = { requestTimeout: 10 * 60_000, headersTimeout: 60_000, keepAliveTimeout: 75_000 }
  // Longer than proxies keep an idle connection, 60 s with nginx: or one would use it just as it is closed here.
  const server = createServer(timeouts, listener)
  const { promise, resolve, reject } = Promise.withResolvers<Server | undefined>()
  server.once('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EADDRINUSE') reject(new Error(`Port ${port}, wanted for the ${name}, is taken.`))
    else if (isIPv6(host) && error.code !== 'EACCES') resolve(undefined)
    else reject(error)
  })
  server.listen({ port, host, ipv6Only: isIPv6(host) }, () => resolve(server))
  return promise
}

/** What is listened on: an address of this machine each. */
export type Place = { readonly hosts: readonly string[]; readonly port: number; readonly name: string }

/**
 * Listens on every address: on both that localhost has unless others are wanted, because browsers may try either. Rejects
 * with a plain sentence where the port is taken, and then listens on none.
 */
export const listen = async (listener: RequestListener, { hosts, port, name }: Place): Promise<Listening> => {
  const tried = await Promise.allSettled(hosts.map((host) => open(listener, host, port, name)))
  const servers = tried.flatMap((one) => (one.status === 'fulfilled' && one.value !== undefined ? [one.value] : []))
  const close = async () => {
    await Promise.all(servers.map(closeServer))
  }
  const failed = tried.find((one) => one.status === 'rejected')
  if (failed === undefined) return { close }
  await close()
  throw failed.reason
}
