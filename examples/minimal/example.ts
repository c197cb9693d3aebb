import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { createServer, type RequestListener, type Server } from 'node:http'
import { tmpdir } from 'node:os'
import { extname, join } from 'node:path'
import { getRequestListener } from '@hono/node-server'
import { createApi } from './api.ts'
import { buildPage } from './build.ts'
import { createProvider } from './provider.ts'

const types: Readonly<Record<string, string>> = { '.html': 'text/html', '.js': 'text/javascript' }

/** A static host, and nothing more: no seal, so the worker keeps tokens in memory only. */
const createStaticHost = (folder: string) => async (request: Request) => {
  const { pathname } = new URL(request.url)
  const name = pathname === '/' ? 'index.html' : pathname.slice(1)
  if (!/^[\w-]+\.\w+$/.test(name)) return new Response('Not found', { status: 404 })
  try {
    const body = await readFile(join(folder, name))
    return new Response(new Uint8Array(body), { headers: { 'content-type': types[extname(name)] ?? 'text/plain' } })
  } catch {
    return new Response('Not found', { status: 404 })
  }
}

const listen = (listener: RequestListener, port: number): Promise<Server> => {
  const server = createServer(listener)
  const { promise, resolve, reject } = Promise.withResolvers<Server>()
  server.once('error', reject)
  server.listen(port, 'localhost', () => resolve(server))
  return promise
}

export type Example = { readonly page: string; readonly issuer: string; readonly api: string; close(): Promise<void> }

/** Builds the page and starts page, provider and API, each on an origin of its own. */
export const startExample = async (options: {
  readonly ports: { readonly page: number; readonly id: number; readonly api: number }
  readonly dpop: boolean
  readonly accessTokenTtl: number
  /** Sees every request to the API, for tests. */
  readonly onApiRequest?: (request: Request) => void
}): Promise<Example> => {
  const { ports, dpop, accessTokenTtl } = options
  const [page, issuer, api] = [ports.page, ports.id, ports.api].map((port) => `http://localhost:${port}`) as [
    string,
    string,
    string,
  ]
  const folder = await mkdtemp(join(tmpdir(), 'holdfast-example-'))
  await buildPage(folder, { issuer, api })
  const respond = createApi({ issuer, api })
  const servers = await Promise.all([
    listen(getRequestListener(createStaticHost(folder)), ports.page),
    listen(createProvider({ issuer, page, api, dpop, accessTokenTtl }), ports.id),
    listen(
      getRequestListener((request) => {
        options.onApiRequest?.(request)
        return respond(request)
      }),
      ports.api,
    ),
  ])
  const close = async () => {
    for (const server of servers) {
      server.closeAllConnections()
      server.close()
    }
    await rm(folder, { recursive: true })
  }
  return { page, issuer, api, close }
}
