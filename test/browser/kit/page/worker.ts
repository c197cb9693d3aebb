import { registerRoute } from 'workbox-routing'
import { installCustody } from '../../../../src/sw/install.ts'

type Asked = { readonly request: Request; respondWith(answer: Response): void }
declare const self: {
  addEventListener(type: 'fetch', listener: (event: Asked) => void): void
  addEventListener(type: 'message', listener: (event: MessageEvent) => void): void
}
/** Put in by the build: where the providers and the API are. */
declare const __LIAR__: string
declare const __API__: string

const text = (body: string) => new Response(body, { headers: { 'content-type': 'text/plain' } })

// The app has listeners of its own, before and after custody, and routes of Workbox.
self.addEventListener('fetch', (event) => {
  if (new URL(event.request.url).pathname === '/own-before') event.respondWith(text('before'))
})
self.addEventListener('message', (event) => {
  if (event.data?.type === 'OWN') event.ports[0]?.postMessage('own')
})

const provider = (id: string, more: { readonly responseMode: 'form_post' | 'query'; readonly dpop: boolean }) => ({
  id,
  issuer: `${__LIAR__}/${id}`,
  clientId: 'liar-client',
  scope: 'openid offline_access',
  ...more,
})
const methods = ['GET', 'POST', 'PUT']

installCustody({
  callbackPath: '/auth/callback',
  providers: [
    provider('one', { responseMode: 'form_post', dpop: true }),
    provider('two', { responseMode: 'form_post', dpop: true }),
    provider('plain', { responseMode: 'query', dpop: false }),
  ],
  resources: [
    { provider: 'one', origin: __API__, paths: ['/one/'], methods },
    { provider: 'one', origin: __API__, paths: ['/moves/'], methods, redirects: true },
    { provider: 'two', origin: __API__, paths: ['/two/'], methods, alias: 'two' },
    { provider: 'plain', origin: __API__, paths: ['/plain/'], methods },
    { secret: 'ai', header: 'x-api-key', origin: __API__, paths: ['/ai/'], methods, alias: 'ai' },
  ],
})

registerRoute(
  ({ url }) => url.pathname === '/workbox',
  async () => text('workbox'),
)
self.addEventListener('fetch', (event) => {
  if (new URL(event.request.url).pathname === '/own-after') event.respondWith(text('after'))
})
