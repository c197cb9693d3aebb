import { readFile } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'

const folder = join(import.meta.dirname, '../../clip/pages')

/** Sites with the pages that are clipped: one, and another of another origin. */
export type ClipSite = {
  readonly origin: string
  readonly other: string
  /** Keeps whoever asks for the picture of `/slow.html` waiting, until `release`. */
  hold(): void
  release(): void
  stop(): Promise<void>
}

/** A picture of one dot. */
const dot = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
)

const paragraph = 'The water comes and goes, and each time it leaves a little more of what it has carried. '

/** A page of ten megabytes: forty thousand paragraphs. */
const longPage = (): string =>
  `<!doctype html><meta charset="utf-8"><title>A very long page</title><article><h1>A very long page</h1>${Array.from(
    { length: 40_000 },
    (_, index) => `<p>${index + 1}. ${paragraph.repeat(3)}</p>`,
  ).join('\n')}</article>`

/** A page with a picture that comes when the test wants it to. */
const slowPage = `<!doctype html><title>A slow picture</title><article><h1>A slow picture</h1><p>${paragraph.repeat(9)}</p></article>
  <script>addEventListener('load', () => {
    document.querySelector('article').append(Object.assign(new Image(9, 9), { src: '/held.png' }))
  })</script>`

type Body = { readonly type: string; readonly body: string | Buffer }

const bodyFor = async (path: string): Promise<Body | undefined> => {
  if (path === '/slow.html') return { type: 'text/html', body: slowPage }
  if (path === '/long.html') return { type: 'text/html', body: longPage() }
  if (path.endsWith('.png') && !path.includes('missing')) return { type: 'image/png', body: dot }
  if (path.endsWith('.svg')) return { type: 'image/svg+xml', body: '<svg xmlns="http://www.w3.org/2000/svg"/>' }
  if (path.endsWith('.pdf')) return { type: 'application/pdf', body: '%PDF-1.4\n%%EOF\n' }
  if (!/^\/[\w-]+\.html$/.test(path)) return undefined
  const html = await readFile(join(folder, path.slice(1))).catch(() => undefined)
  return html === undefined ? undefined : { type: 'text/html; charset=utf-8', body: html }
}

const start = async (held: () => Promise<void>): Promise<Server> => {
  const server = createServer(async (request, response) => {
    const path = new URL(request.url ?? '/', 'http://site.test').pathname
    if (path === '/held.png') await held()
    const found = await bodyFor(path)
    response.writeHead(found === undefined ? 404 : 200, { 'content-type': found?.type ?? 'text/plain' })
    response.end(found?.body ?? 'Not found')
  })
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve)
  })
  return server
}

const originOf = (server: Server): string => `http://127.0.0.1:${(server.address() as AddressInfo).port}`

const stop = (server: Server): Promise<void> =>
  new Promise((resolve) => {
    server.close(() => resolve())
    server.closeAllConnections()
  })

export const startClipSite = async (): Promise<ClipSite> => {
  let held = Promise.resolve()
  let release: () => void = () => undefined
  const [site, other] = [await start(() => held), await start(() => held)]
  return {
    origin: originOf(site),
    other: originOf(other),
    hold() {
      const { promise, resolve } = Promise.withResolvers<void>()
      held = promise
      release = resolve
    },
    release: () => release(),
    async stop() {
      await Promise.all([stop(site), stop(other)])
    },
  }
}
