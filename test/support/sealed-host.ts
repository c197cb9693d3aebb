import { once } from 'node:events'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { getRequestListener } from '@hono/node-server'
import { build } from 'vite'
import { createSeal } from '../../src/seal/seal.ts'

export type HostOptions = {
  readonly port: number
  /** The folder of page.ts and worker.ts. */
  readonly folder: string
  /** Texts that the build puts in for names: `{ __API__: 'http://…' }`. */
  readonly addresses: Readonly<Record<string, string>>
}

const bundle = (options: HostOptions, outDir: string, entry: string, name: string, format: 'es' | 'iife') =>
  build({
    configFile: false,
    logLevel: 'error',
    define: Object.fromEntries(Object.entries(options.addresses).map(([key, value]) => [key, JSON.stringify(value)])),
    build: {
      outDir,
      emptyOutDir: false,
      target: 'es2023',
      rolldownOptions: {
        input: join(options.folder, entry),
        output: { format, entryFileNames: name, codeSplitting: false },
      },
    },
  })

const page = '<!doctype html><title>A page with custody</title><script type="module" src="/page.js"></script>'

export type Host = { readonly origin: string; close(): Promise<void> }

/** An app of two files behind a seal, which may connect to the addresses that it was built with. */
export const startHost = async (options: HostOptions): Promise<Host> => {
  const { port, addresses } = options
  const folder = await mkdtemp(join(tmpdir(), 'holdfast-host-'))
  await bundle(options, folder, 'page.ts', 'page.js', 'es')
  await bundle(options, folder, 'worker.ts', 'sw.js', 'iife')
  const script = await readFile(join(folder, 'page.js'), 'utf8')
  const seal = createSeal({
    keys: [{ id: 'k1', secret: crypto.getRandomValues(new Uint8Array(32)) }],
    worker: { path: '/sw.js', source: await readFile(join(folder, 'sw.js'), 'utf8') },
    callbackPath: '/auth/callback',
    connect: Object.values(addresses),
  })
  const respond = (request: Request): Response =>
    new URL(request.url).pathname === '/page.js'
      ? new Response(script, { headers: { 'content-type': 'text/javascript' } })
      : new Response(page, { headers: { 'content-type': 'text/html' } })
  const answer = async (request: Request) => seal.protect(request, (await seal.handle(request)) ?? respond(request))
  const server = createServer(getRequestListener(answer))
  server.listen(port, 'localhost')
  await once(server, 'listening')
  return {
    origin: `http://localhost:${port}`,
    async close() {
      server.closeAllConnections()
      await once(server.close(), 'close')
      await rm(folder, { recursive: true })
    },
  }
}
