import { once } from 'node:events'
import {
  Agent,
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type Server,
  type ServerResponse,
  request as send,
} from 'node:http'
import { pipeline } from 'node:stream/promises'
import type { Fault } from './faults.ts'
import type { Recorder } from './record.ts'
import { type Recorded, type Reply, type Site, toRecorded } from './recorded.ts'

/** Changes what passes in both directions. Header names are in lower case, bodies have a character for each byte. */
export type Tamper = {
  request?(headers: Record<string, string>): Record<string, string>
  reply?(request: Recorded, reply: Reply): Reply | Promise<Reply>
  /** Whose replies are changed; those of others go on as they come, streams too. Default: all. */
  concerns?(request: Recorded): boolean
}

export type GateOptions = {
  readonly site: Site
  readonly port: number
  /** Where the server itself listens. */
  readonly target: number
  readonly recorder: Recorder
  /** What a server or a browser would do that lacks a layer of protection. */
  readonly tamper?: Tamper
  /** Is given the bytes of every body, in both directions, as they would be read on the way. */
  readonly overhear?: (bytes: Uint8Array) => void
  /** An answer of the test's own to this path. */
  readonly respond?: (path: string) => Promise<Response | undefined>
}

const agent = new Agent({ keepAlive: false })

const flat = (headers: IncomingHttpHeaders): Record<string, string> =>
  Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) =>
      value === undefined ? [] : [[name, [value].flat().join(', ')]],
    ),
  )

const readAll = async (message: IncomingMessage): Promise<Buffer> => {
  const chunks: Buffer[] = []
  for await (const chunk of message) chunks.push(chunk)
  return Buffer.concat(chunks)
}

const isForm = ({ headers }: IncomingMessage): boolean =>
  headers['content-type']?.startsWith('application/x-www-form-urlencoded') === true

const sendResponse = async (from: Response, to: ServerResponse): Promise<void> => {
  to.writeHead(from.status, Object.fromEntries(from.headers))
  to.end(Buffer.from(await from.arrayBuffer()))
}

/** Without compression, so that the answer can be read. */
const tamperedHeaders = (tamper: Tamper, request: IncomingMessage): Record<string, string> => {
  const { 'accept-encoding': _coding, ...headers } = flat(request.headers)
  return tamper.request?.(headers) ?? headers
}

/** Passes a request on to the server, as it came. Resolves with the server's answer, its body not yet read. */
const forward = async (
  request: IncomingMessage,
  body: Buffer | undefined,
  response: ServerResponse,
  { target, tamper, overhear }: GateOptions,
) => {
  const { method, url: path } = request
  const isRead = tamper !== undefined || overhear !== undefined
  const headers = isRead ? tamperedHeaders(tamper ?? {}, request) : request.rawHeaders
  const passed = send({ host: '127.0.0.1', port: target, method, path, headers, setHost: false, agent })
  response.once('close', () => passed.destroy())
  const answered = once(passed, 'response')
  if (overhear !== undefined) request.on('data', overhear)
  if (body === undefined) request.pipe(passed)
  else {
    overhear?.(body)
    passed.end(body)
  }
  const [answer] = await answered
  if (overhear !== undefined) answer.on('data', overhear)
  return answer as IncomingMessage
}

/**
 * The worker names itself as the referrer of what it sends, so that its requests can be told from a page's. The date is the
 * one of this process, also where a test has moved its clock: Node's own does not follow.
 */
const headersFor = (recorded: Recorded, answer: IncomingMessage): readonly string[] => {
  const pairs = Array.from({ length: answer.rawHeaders.length / 2 }, (_, at) => {
    const [name = '', value = ''] = answer.rawHeaders.slice(2 * at, 2 * at + 2)
    return [name, name.toLowerCase() === 'date' ? new Date().toUTCString() : value]
  })
  if (recorded.sender !== 'script') return pairs.flat()
  const kept = pairs.filter(([name]) => name?.toLowerCase() !== 'referrer-policy')
  return [...kept.flat(), 'Referrer-Policy', 'unsafe-url']
}

/** Does what shall go wrong instead of the request's being handled. False where it shall be handled. */
const failInstead = async (fault: Fault | undefined, recorded: Recorded, response: ServerResponse) => {
  if (fault === undefined || fault === 'drop') return false
  if (fault === 'reset') response.destroy()
  else if (typeof fault === 'number') response.writeHead(fault).end()
  else if (typeof fault === 'function') await sendResponse(fault(recorded), response)
  return true
}

/** Hands on what has become of an answer; headers that are as they were go on as they came, several of a name too. */
const sendTampered = (
  { status, headers, body }: Reply,
  { sender }: Recorded,
  answer: IncomingMessage,
  to: ServerResponse,
) => {
  const before = flat(answer.headers)
  const { 'content-length': _length, 'transfer-encoding': _coding, ...kept } = headers
  const sent = Object.fromEntries(
    Object.entries(kept).map(([name, value]) => [
      name,
      value === before[name] ? (answer.headers[name] ?? value) : value,
    ]),
  )
  to.writeHead(status, { ...sent, ...(sender === 'script' ? { 'referrer-policy': 'unsafe-url' } : {}) })
  to.end(body, 'latin1')
}

/** Hands the server's answer on, unless it shall be lost; the recorder learns of it either way. */
const handBack = async (
  options: GateOptions,
  recorded: Recorded,
  answer: IncomingMessage,
  to: ServerResponse,
  lost: boolean,
) => {
  const status = answer.statusCode ?? 500
  const told = { status, headers: flat(answer.headers) }
  const body = options.site === 'id' || lost ? await readAll(answer) : undefined
  options.recorder.replied(recorded, { ...told, body: options.site === 'id' ? String(body) : '' })
  if (lost) {
    to.destroy()
    return
  }
  const { tamper } = options
  if (tamper?.reply !== undefined && tamper.concerns?.(recorded) !== false) {
    const reply = { ...told, body: (body ?? (await readAll(answer))).toString('latin1') }
    sendTampered(await tamper.reply(recorded, reply), recorded, answer, to)
    return
  }
  to.writeHead(status, [...headersFor(recorded, answer)])
  if (body === undefined) await pipeline(answer, to)
  else to.end(body)
}

const handle = async (options: GateOptions, request: IncomingMessage, response: ServerResponse): Promise<void> => {
  const body = isForm(request) ? await readAll(request) : undefined
  const form = Object.fromEntries(new URLSearchParams(body?.toString()))
  const { method = 'GET', url = '/' } = request
  const recorded = toRecorded({ site: options.site, method, url, headers: flat(request.headers), form })
  const fault = options.recorder.arrived(recorded)
  if (await failInstead(fault, recorded, response)) return
  const own = await options.respond?.(recorded.path)
  if (own !== undefined) return sendResponse(own, response)
  const answer = await forward(request, body, response, options)
  await handBack(options, recorded, answer, response, fault === 'drop')
}

const listen = async (server: Server, port: number, host: string): Promise<Server | undefined> => {
  server.listen(port, host)
  try {
    await once(server, 'listening')
    return server
  } catch (error) {
    // A machine without IPv6 has the other address alone.
    if (error instanceof Error && 'code' in error && error.code === 'EADDRNOTAVAIL') return undefined
    throw error
  }
}

/**
 * Stands between the browser and one origin of a server. What the server sees is what the browser sent, unless the
 * recorder says that something goes wrong; so any server can be behind it, in this process or in another.
 */
export const openGate = async (options: GateOptions): Promise<{ close(): Promise<void> }> => {
  const listener = (request: IncomingMessage, response: ServerResponse) =>
    void handle(options, request, response).catch(() => response.destroy())
  // Browsers may try either of the addresses that localhost has.
  const opened = await Promise.all(
    ['127.0.0.1', '::1'].map((host) => listen(createServer(listener), options.port, host)),
  )
  const servers = opened.filter((server) => server !== undefined)
  return {
    async close() {
      const closed = servers.map((server) => once(server.close(), 'close'))
      for (const server of servers) server.closeAllConnections()
      await Promise.all(closed)
    },
  }
}
