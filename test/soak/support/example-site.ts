import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { createServer, type RequestListener, type Server } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { getRequestListener } from '@hono/node-server'
import { createApi } from '../../../examples/minimal/api.ts'
import { buildPage } from '../../../examples/minimal/build.ts'
import { createProvider } from '../../../examples/minimal/provider.ts'
import { createSeal, type Seal } from '../../../src/seal/seal.ts'
import { answerProvider, goToProvider, showsStatus } from '../../browser/support/example-person.ts'
import { freePorts } from '../../support/free-ports.ts'
import { openGate } from '../../support/gate.ts'
import { createRecorder, isRefresh } from '../../support/record.ts'
import type { Recorded } from '../../support/recorded.ts'
import { actedOn, type Site } from './site.ts'

const files: Readonly<Record<string, readonly [name: string, type: string]>> = {
  '/': ['index.html', 'text/html'],
  '/page.js': ['page.js', 'text/javascript'],
}

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
  const { promise, resolve, reject } = Promise.withResolvers<Server>()
  const server = createServer(listener)
  server.once('error', reject)
  server.listen(port, '127.0.0.1', () => resolve(server))
  return promise
}

/** The example behind a seal, each of its origins behind a gate that can be cut. */
export const startExampleSite = async (accessTokenTtl: number): Promise<Site> => {
  const [page = 0, id = 0, api = 0, pagePort = 0, idPort = 0, apiPort = 0] = await freePorts(6)
  const at = (port: number) => `http://localhost:${port}`
  const [pageUrl, issuer, apiUrl] = [at(page), at(id), at(api)] as const
  const folder = await mkdtemp(join(tmpdir(), 'holdfast-soak-'))
  await buildPage(folder, { issuer, api: apiUrl })
  const seal = createSeal({
    keys: [{ id: 'k1', secret: crypto.getRandomValues(new Uint8Array(32)) }],
    worker: { path: '/sw.js', source: await readFile(join(folder, 'sw.js'), 'utf8') },
    callbackPath: '/auth/callback',
    connect: [issuer, apiUrl],
  })
  const recorders = { page: createRecorder(), id: createRecorder(), api: createRecorder() }
  const provider = createProvider({ issuer, page: pageUrl, api: apiUrl, dpop: true, accessTokenTtl })
  const servers = await Promise.all([
    listen(getRequestListener(createHost(folder, seal)), pagePort),
    listen(provider, idPort),
    listen(getRequestListener(createApi({ issuer, api: apiUrl })), apiPort),
  ])
  const gates = await Promise.all([
    openGate({ site: 'app', port: page, target: pagePort, recorder: recorders.page }),
    openGate({ site: 'id', port: id, target: idPort, recorder: recorders.id }),
    openGate({ site: 'app', port: api, target: apiPort, recorder: recorders.api }),
  ])
  const isCall = ({ method, path }: Recorded) => method !== 'OPTIONS' && path === '/v1/notes'
  return {
    name: 'example',
    url: pageUrl,
    recorders: [recorders.page, recorders.id, recorders.api],
    refreshes: () => recorders.id.requests.filter(isRefresh),
    isCall,
    writesBy: 'POST',
    request(call, write) {
      const url = `${apiUrl}/v1/notes?call=${call}`
      return { url, init: write ? { method: 'POST', body: `note ${call}` } : {} }
    },
    ...actedOn(recorders.api, isCall),
    refusal: () => new Response(null, { status: 401, headers: { 'access-control-allow-origin': '*' } }),
    async signIn(tab) {
      await goToProvider(tab, issuer)
      await answerProvider(tab, { page: pageUrl })
      await showsStatus(tab, 'signed-in')
    },
    // The provider of the example keeps no list of sessions; that it goes on giving tokens is its word.
    isSameSession: async () =>
      recorders.id.requests.filter((one) => one.form.grant_type === 'authorization_code').length === 1,
    async close() {
      await Promise.all(gates.map((gate) => gate.close()))
      for (const server of servers) {
        server.closeAllConnections()
        server.close()
      }
      await rm(folder, { recursive: true })
    },
  }
}
