import type { IncomingMessage, ServerResponse } from 'node:http'

/** A reply as the liar is about to give it. A body that is no text and no stream is sent as JSON. */
export type Reply = {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: unknown
}

export type Parsed = { readonly url: URL; readonly form: URLSearchParams; readonly headers: IncomingMessage['headers'] }

export const json = (body: unknown, status = 200): Reply => ({
  status,
  headers: { 'content-type': 'application/json', 'cache-control': 'no-store' },
  body,
})

export const parse = async (request: IncomingMessage, origin: string): Promise<Parsed> => {
  let text = ''
  for await (const chunk of request) text += String(chunk)
  return { url: new URL(request.url ?? '/', origin), form: new URLSearchParams(text), headers: request.headers }
}

const cors = {
  'access-control-allow-origin': '*',
  'access-control-allow-headers': 'authorization, dpop, content-type',
  'access-control-allow-methods': 'GET, POST',
  'access-control-expose-headers': 'DPoP-Nonce, WWW-Authenticate, Retry-After, Date',
  'access-control-max-age': '7200',
}

/** Bodies in pieces: each as large as the socket takes, as long as somebody reads. */
export type Pieces = () => Iterable<string>

const isPieces = (body: unknown): body is Pieces => typeof body === 'function'

const drained = async (response: ServerResponse): Promise<void> => {
  const { promise, resolve } = Promise.withResolvers<void>()
  response.once('drain', resolve)
  response.once('close', resolve)
  await promise
}

/** Writes the reply. Answers how many bytes of a body in pieces were taken before the reader hung up. */
export const write = async (response: ServerResponse, reply: Reply): Promise<number> => {
  response.writeHead(reply.status, { ...cors, ...reply.headers })
  const { body } = reply
  if (!isPieces(body)) {
    response.end(typeof body === 'string' ? body : JSON.stringify(body))
    return 0
  }
  let taken = 0
  for (const piece of body()) {
    if (response.destroyed) break
    taken += piece.length
    if (!response.write(piece)) await drained(response)
  }
  if (!response.destroyed) response.end()
  return taken
}
