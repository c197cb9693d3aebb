import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http'

/** One request as the API saw it. */
export type Seen = {
  readonly method: string
  readonly path: string
  readonly headers: IncomingHttpHeaders
  /** True where the connection ended before the answer or the body did. */
  cut: boolean
  /** Sends a piece of the answer. */
  send(text: string): void
  end(): void
  /** Ends the connection in the middle. */
  drop(): void
}

const cors = {
  'access-control-allow-origin': '*',
  'access-control-allow-headers': 'authorization, dpop, content-type, last-event-id, x-api-key, cache-control, x-piece',
  'access-control-allow-methods': 'GET, POST, PUT',
  'access-control-expose-headers': 'DPoP-Nonce, WWW-Authenticate',
  'access-control-max-age': '7200',
}

const upload = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
  const hash = createHash('sha256')
  let size = 0
  for await (const chunk of request) {
    hash.update(chunk)
    size += chunk.length
  }
  response.writeHead(200, { ...cors, 'content-type': 'application/json' })
  response.end(JSON.stringify({ size, sha256: hash.digest('hex'), type: request.headers['content-type'] ?? null }))
}

/** How an address of the API answers, by its last part. */
const answers: Readonly<Record<string, (request: IncomingMessage, response: ServerResponse, url: URL) => void>> = {
  me: (_request, response) => void response.writeHead(200, cors).end('me'),
  upload: (request, response) => void upload(request, response).catch(() => response.destroy()),
  // The test sends the pieces.
  pieces: (_request, response) =>
    void response.writeHead(200, { ...cors, 'content-type': 'text/plain' }).flushHeaders(),
  events: (_request, response) =>
    void response
      .writeHead(200, { ...cors, 'content-type': 'text/event-stream', 'cache-control': 'no-store' })
      .flushHeaders(),
  // Never answers, and never reads.
  hang: () => undefined,
  script: (_request, response) =>
    void response.writeHead(200, { ...cors, 'content-type': 'text/javascript' }).end('globalThis.ran = true'),
  redirect: (_request, response, url) =>
    void response
      .writeHead(Number(url.searchParams.get('status')), { ...cors, location: url.searchParams.get('to') ?? '/' })
      .end(),
}

/** An API that does what a test says, and remembers what it saw. It never echoes a header. */
export const startApi = async (port: number) => {
  const seen: Seen[] = []
  const server = createServer((request, response) => {
    if (request.method === 'OPTIONS') return void response.writeHead(204, cors).end()
    const url = new URL(request.url ?? '/', 'http://localhost')
    const one: Seen = {
      method: request.method ?? '',
      path: url.pathname,
      headers: request.headers,
      cut: false,
      send: (text) => void response.write(text),
      end: () => void response.end(),
      drop: () => void response.destroy(),
    }
    seen.push(one)
    response.once('close', () => {
      one.cut = !response.writableFinished
    })
    const answer = answers[url.pathname.split('/').at(-1) ?? '']
    if (answer === undefined) return void response.writeHead(404, cors).end()
    answer(request, response, url)
  })
  server.listen(port, 'localhost')
  await once(server, 'listening')
  return {
    origin: `http://localhost:${port}`,
    seen,
    /** The last request to this path. */
    last: (path: string): Seen | undefined => seen.findLast((one) => one.path === path),
    async close() {
      server.closeAllConnections()
      await once(server.close(), 'close')
    },
  }
}

export type Api = Awaited<ReturnType<typeof startApi>>
