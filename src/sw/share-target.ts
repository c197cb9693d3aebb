import {
  MOST_SHARED_BYTES,
  MOST_SHARED_FILES,
  NAME_HEADER,
  SHARE_PATH,
  SHARED_CACHE,
  SHARED_QUERY,
  SHARED_TEXT,
  sharedFile,
} from '../protocol/shared.ts'

declare const self: ServiceWorkerGlobalScope

const MOST_TEXT = 2_000_000

const textOf = (form: FormData, name: string): string => {
  const value = form.get(name)
  return typeof value === 'string' ? value.slice(0, MOST_TEXT).toWellFormed() : ''
}

/** Keeps what came for the page, in the place of what came before and was not asked about. */
const keep = async (form: FormData): Promise<void> => {
  await caches.delete(SHARED_CACHE)
  const cache = await caches.open(SHARED_CACHE)
  const files = form
    .getAll('files')
    .filter((value) => value instanceof File && value.size > 0 && value.size <= MOST_SHARED_BYTES)
    .slice(0, MOST_SHARED_FILES)
  for (const [index, file] of files.entries()) {
    if (!(file instanceof File)) continue
    const headers = {
      'content-type': file.type || 'application/octet-stream',
      [NAME_HEADER]: encodeURIComponent(file.name),
    }
    await cache.put(sharedFile(index), new Response(file, { headers }))
  }
  const text = {
    title: textOf(form, 'title'),
    text: textOf(form, 'text'),
    url: textOf(form, 'url'),
    files: files.length,
  }
  await cache.put(SHARED_TEXT, Response.json(text))
}

const take = async (request: Request): Promise<Response> => {
  const arrived = await request
    .formData()
    .then(keep)
    .then(
      () => true,
      () => false,
    )
  const location = arrived ? `/?${SHARED_QUERY}` : '/'
  return new Response(null, { status: 303, headers: { location } })
}

/**
 * Takes what another app shares (Web Share Target Level 2). Any site can send such a form, so nothing becomes a note here:
 * the page shows what came, and asks.
 */
export const installShareTarget = (): void => {
  self.addEventListener('fetch', (event) => {
    const { request } = event
    const url = new URL(request.url)
    const isShare = url.origin === self.location.origin && url.pathname === SHARE_PATH && request.method === 'POST'
    if (isShare && request.mode === 'navigate' && request.destination === 'document') event.respondWith(take(request))
  })
}
