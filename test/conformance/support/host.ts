import { once } from 'node:events'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { getRequestListener } from '@hono/node-server'
import { build } from 'vite'
import { createSeal } from '../../../src/seal/seal.ts'

const bundle = (outDir: string, entry: string, name: string, format: 'es' | 'iife', liar: string) =>
  build({
    configFile: false,
    logLevel: 'error',
    define: { __LIAR__: JSON.stringify(liar) },
    build: {
      outDir,
      emptyOutDir: false,
      target: 'es2023',
      rolldownOptions: {
        input: join(import.meta.dirname, 'page', entry),
        output: { format, entryFileNames: name, codeSplitting: false },
      },
    },
  })

const page = '<!doctype html><title>Conformance</title><script type="module" src="/page.js"></script>'

export type Host = { readonly origin: string; close(): Promise<void> }

/** An app behind a seal, whose worker knows two hundred issuers of the liar at `liar`: each case takes a new one. */
export const startHost = async (port: number, liar: string): Promise<Host> => {
  const folder = await mkdtemp(join(tmpdir(), 'holdfast-conformance-'))
  await bundle(folder, 'page.ts', 'page.js', 'es', liar)
  await bundle(folder, 'worker.ts', 'sw.js', 'iife', liar)
  const script = await readFile(join(folder, 'page.js'), 'utf8')
  const seal = createSeal({
    keys: [{ id: 'k1', secret: crypto.getRandomValues(new Uint8Array(32)) }],
    worker: { path: '/sw.js', source: await readFile(join(folder, 'sw.js'), 'utf8') },
    callbackPath: '/auth/callback',
    connect: [liar],
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
