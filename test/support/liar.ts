import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { type Keys, makeKeys } from './liar-keys.ts'
import { type Parsed, parse, write } from './liar-reply.ts'
import { createTenant, type Endpoint, type Tenant } from './liar-tenant.ts'

/** The client that every issuer of the liar's knows. */
export const liarClient = 'liar-client'

const paths: Readonly<Record<string, Endpoint>> = {
  '.well-known/openid-configuration': 'discovery',
  jwks: 'jwks',
  par: 'par',
  authorize: 'authorize',
  token: 'token',
  userinfo: 'userinfo',
  revoke: 'revoke',
  logout: 'logout',
}

const endpointOf = (path: string, { form }: Parsed): Endpoint | undefined => {
  if (path.startsWith('api/')) return 'api'
  const endpoint = paths[path]
  return endpoint === 'token' && form.get('grant_type') === 'refresh_token' ? 'refresh' : endpoint
}

/** An OpenID provider that is correct unless it is told to lie. Each of its issuers has a path of its own: `/p0`, `/p1`, … */
export type Liar = {
  readonly origin: string
  readonly keys: Keys
  tenant(id: string): Tenant
  /** Requests at addresses that no honest client has a reason to ask. */
  readonly strays: string[]
  close(): Promise<void>
}

export const startLiar = async (port: number): Promise<Liar> => {
  const origin = `http://localhost:${port}`
  const keys = await makeKeys()
  const tenants = new Map<string, Tenant>()
  const strays: string[] = []
  const tenant = (id: string): Tenant => {
    const found = tenants.get(id) ?? createTenant(`${origin}/${id}`, liarClient, keys)
    tenants.set(id, found)
    return found
  }
  const respond = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    if (request.method === 'OPTIONS') {
      await write(response, { status: 204, headers: {}, body: '' })
      return
    }
    const parsed = await parse(request, origin)
    const [, id = '', ...rest] = parsed.url.pathname.split('/')
    const endpoint = endpointOf(rest.join('/'), parsed)
    if (endpoint === undefined) {
      // A browser asks every origin that it shows for its icon.
      if (parsed.url.pathname !== '/favicon.ico') strays.push(parsed.url.pathname)
      await write(response, { status: 404, headers: {}, body: '' })
      return
    }
    const one = tenant(id)
    const taken = await write(response, await one.answer(endpoint, parsed))
    one.mostTaken = Math.max(one.mostTaken, taken)
  }
  const server = createServer((request, response) => {
    // A reader that hangs up in the middle of a lie is what most of them are about.
    respond(request, response).catch(() => response.destroy())
  })
  server.listen(port, 'localhost')
  await once(server, 'listening')
  return {
    origin,
    keys,
    tenant,
    strays,
    async close() {
      server.closeAllConnections()
      await once(server.close(), 'close')
    },
  }
}
