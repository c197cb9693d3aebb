import { readdir, readFile } from 'node:fs/promises'
import { extname, join, relative, sep } from 'node:path'

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.json': 'application/json',
  '.txt': 'text/plain; charset=utf-8',
  '.webmanifest': 'application/manifest+json',
}

/** Addresses of the app: each gets the shell, which reads its own address. */
const pages = new Set(['/', '/settings'])
const worker = '/sw.js'

export type BuiltApp = {
  /** The text of the worker, which only the seal gives out. */
  readonly workerSource: string
  /** The file at this path, or undefined. */
  respond(path: string): Response | undefined
}

/** Reads the built app into memory, once. Rejects where it has not been built. */
export const loadApp = async (folder: string): Promise<BuiltApp> => {
  const files = new Map<string, Uint8Array<ArrayBuffer>>()
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue
    const file = join(entry.parentPath, entry.name)
    const path = `/${relative(folder, file).split(sep).join('/')}`
    files.set(path, new Uint8Array(await readFile(file)))
  }
  const source = files.get(worker)
  if (source === undefined || !files.has('/index.html')) throw new Error('The app has not been built: npm run build')
  files.delete(worker)
  return {
    workerSource: new TextDecoder().decode(source),
    respond(path) {
      const name = pages.has(path) ? '/index.html' : path
      const body = files.get(name)
      if (body === undefined) return undefined
      const cache = name.startsWith('/assets/') ? 'public, max-age=31536000, immutable' : 'no-cache'
      const type = types[extname(name)] ?? 'application/octet-stream'
      return new Response(body, { headers: { 'content-type': type, 'cache-control': cache } })
    },
  }
}
