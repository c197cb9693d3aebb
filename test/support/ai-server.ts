import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type Dialect, dialects } from './ai-dialects.ts'

/** A request that came, with what it carried. */
export type AiRequest = {
  readonly method: string
  readonly path: string
  readonly headers: IncomingMessage['headers']
  readonly body: string
  /** True once the other side has let go of it before its end. */
  dropped: boolean
}

/** What the next question is answered with. */
export type Script = {
  /** What the model says, piece by piece. */
  readonly says?: readonly string[]
  /** After the first piece nothing comes until `release`. */
  readonly waits?: boolean
  /** The connection is lost after the pieces, before their end. */
  readonly cut?: boolean
  /** In place of an answer. */
  readonly status?: number
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string
}

/** Which origins may read answers, as Ollama's OLLAMA_ORIGINS has it: all of this machine, or none. */
type Origins = 'local' | 'none'

const allowedHeaders =
  'authorization, content-type, accept, x-api-key, anthropic-version, anthropic-dangerous-direct-browser-access, x-goog-api-key'

const read = async (request: IncomingMessage): Promise<string> => {
  const pieces: Buffer[] = []
  for await (const piece of request) pieces.push(piece as Buffer)
  return Buffer.concat(pieces).toString('utf8')
}

/** Splits in the middle of letters and of line ends: whoever reads must not rely on where a piece ends. */
const send = async (response: ServerResponse, text: string): Promise<void> => {
  const bytes = Buffer.from(text)
  for (let at = 0; at < bytes.length; at += 7) {
    response.write(bytes.subarray(at, at + 7))
    await new Promise((resolve) => setImmediate(resolve))
  }
}

/**
 * One server that speaks as Ollama, OpenAI, Anthropic and Gemini do, each under its own paths: it streams, waits, breaks off
 * and refuses as it is told. Its models know nothing.
 */
export const startAiServer = async (port = 0) => {
  const seen: AiRequest[] = []
  let script: Script = {}
  let origins: Origins = 'local'
  let models: readonly string[] = ['llama3.2:latest', 'qwen3:8b']
  let key = ''
  let release = Promise.withResolvers<void>()

  /** Answers as gin's CORS does for Ollama: 403, and no header by which a page could read even that. */
  const admits = (request: IncomingMessage, response: ServerResponse): boolean => {
    const { origin } = request.headers
    if (origin === undefined) return true
    if (origins === 'none') {
      response.writeHead(403).end()
      return false
    }
    response.setHeader('access-control-allow-origin', origin)
    response.setHeader('access-control-expose-headers', 'retry-after')
    return true
  }

  const tell = async (request: AiRequest, dialect: Dialect, response: ServerResponse): Promise<void> => {
    const { says = [], waits = false, cut = false } = script
    response.writeHead(200, { 'content-type': dialect.type })
    for (const [at, piece] of says.entries()) {
      if (at === 1 && waits) await release.promise
      if (request.dropped) return
      if (piece !== '') await send(response, dialect.piece(piece))
    }
    if (cut) response.destroy()
    else {
      await send(response, dialect.end())
      response.end()
    }
  }

  const answer = async (request: AiRequest, response: ServerResponse): Promise<void> => {
    const dialect = dialects.find(({ path }) => path.test(request.path))
    const json = (status: number, body: unknown) =>
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
    if (request.path === '/') response.end('Ollama is running')
    else if (dialect === undefined) json(404, {})
    else if (!dialect.admits(request.headers, key)) json(401, { error: { type: 'authentication_error' } })
    else if (script.status !== undefined && dialect.isQuestion) {
      response
        .writeHead(script.status, { 'content-type': 'application/json', ...script.headers })
        .end(script.body ?? '{}')
    } else if (dialect.isQuestion && dialect.isWhole?.(request.body) !== true) await tell(request, dialect, response)
    else {
      const [status, body] = dialect.plain({ models, says: script.says ?? [], body: request.body })
      json(status, body)
    }
  }

  const server = createServer(async (incoming, response) => {
    if (!admits(incoming, response)) return
    if (incoming.method === 'OPTIONS') {
      response.setHeader('access-control-allow-headers', allowedHeaders)
      response.setHeader('access-control-allow-methods', 'GET, POST')
      response.writeHead(204).end()
      return
    }
    const { method = '', url: path = '', headers } = incoming
    const request: AiRequest = { method, path, headers, body: await read(incoming), dropped: false }
    seen.push(request)
    response.on('close', () => {
      request.dropped = !response.writableFinished
    })
    await answer(request, response)
  })
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve))
  const { port: found } = server.address() as AddressInfo
  return {
    port: found,
    origin: `http://127.0.0.1:${found}`,
    seen,
    /** What the next questions are answered with. */
    answers(next: Script) {
      script = next
      release = Promise.withResolvers<void>()
    },
    release: () => release.resolve(),
    admit(next: Origins) {
      origins = next
    },
    has(next: readonly string[]) {
      models = next
    },
    /** From now on only this key is good. */
    takesKey(next: string) {
      key = next
    },
    last: (path: string) => seen.filter((request) => request.path.startsWith(path)).at(-1),
    async close() {
      release.resolve()
      const closed = new Promise((resolve) => server.close(resolve))
      server.closeAllConnections()
      await closed
    },
  }
}

export type AiServer = Awaited<ReturnType<typeof startAiServer>>
