import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { createServer, type RequestListener, type Server } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { getRequestListener } from '@hono/node-server'
import { createApi } from '../../../examples/minimal/api.ts'
import { buildPage } from '../../../examples/minimal/build.ts'
import type { Example } from '../../../examples/minimal/example.ts'
import { createProvider } from '../../../examples/minimal/provider.ts'
import { createSeal, type Seal } from '../../../src/seal/seal.ts'
import { freePorts } from '../../support/free-ports.ts'

const files: Readonly<Record<string, readonly [name: string, type: string]>> = {
  '/': ['index.html', 'text/html'],
  '/page.js': ['page.js', 'text/javascript'],
}

/** The static host of the example, behind a seal: the worker's script and the callback are the seal's. */
const createHost = (folder: string, seal: Seal) => async (request: Request) => {
  const file = files[new URL(request.url).pathname]
  const page = async () => {
    if (file === undefined) return new Response('Not found', { status: 404 })
    const [name, type] = file
    return new Response(new Uint8Array(await readFile(join(folder, name))), { headers: { 'content-type': type } })
  }
  return seal.protect(request, (await seal.handle(request)) ?? (await page()))
}

const listen = (listener: RequestListener, port: number): Promise<Server> => {
  const server = createServer(listener)
  const { promise, resolve, reject } = Promise.withResolvers<Server>()
  server.once('error', reject)
  server.listen(port, 'localhost', () => resolve(server))
  return promise
}

/** The example as it is, but for a seal in front of its page. */
export const startSealedExample = async (accessTokenTtl: number): Promise<Example> => {
  const [pagePort = 0, idPort = 0, apiPort = 0] = await freePorts(3)
  const page = `http://localhost:${pagePort}`
  const issuer = `http://localhost:${idPort}`
  const api = `http://localhost:${apiPort}`
  const folder = await mkdtemp(join(tmpdir(), 'holdfast-sealed-'))
  await buildPage(folder, { issuer, api })
  const seal = createSeal({
    keys: [{ id: 'k1', secret: crypto.getRandomValues(new Uint8Array(32)) }],
    worker: { path: '/sw.js', source: await readFile(join(folder, 'sw.js'), 'utf8') },
    callbackPath: '/auth/callback',
    connect: [issuer, api],
  })
  const servers = await Promise.all([
    listen(getRequestListener(createHost(folder, seal)), pagePort),
    listen(createProvider({ issuer, page, api, dpop: true, accessTokenTtl }), idPort),
    listen(getRequestListener(createApi({ issuer, api })), apiPort),
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
