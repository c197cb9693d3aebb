import { matchResource, type Resource } from '../../../../src/session/resource.ts'
import { createProvider, type Family, issuer } from './provider.ts'

export const apiOrigin = 'https://api.example.com'
export const resources: readonly Resource[] = [
  { provider: 'main', origin: apiOrigin, paths: ['/v1/'], methods: ['GET', 'POST'] },
]

/** What goes wrong with the next request of a kind: it is acted on and its reply is lost, or it is answered so instead. */
export type Fault = {
  readonly at: 'token' | 'api' | 'revoke'
  readonly how: 'lost' | 'unavailable' | 'busy' | 'portal' | 'refused' | 'nonce'
}

/** One request for tokens: with which refresh token or code, and what became of it. */
export type TokenRequest = {
  readonly grant: 'code' | 'refresh'
  readonly token: string
  readonly life: number
  outcome: 'under way' | 'granted' | 'denied' | 'failed'
}

const instead: Readonly<Record<Exclude<Fault['how'], 'lost'>, () => Response>> = {
  unavailable: () => new Response('', { status: 503 }),
  busy: () => new Response('', { status: 429, headers: { 'retry-after': '120' } }),
  portal: () => new Response('<h1>Welcome</h1>', { headers: { 'content-type': 'text/html' } }),
  refused: () => new Response('', { status: 401, headers: { 'www-authenticate': 'DPoP error="invalid_token"' } }),
  nonce: () =>
    new Response('', {
      status: 401,
      headers: { 'www-authenticate': 'DPoP error="use_dpop_nonce"', 'dpop-nonce': crypto.randomUUID() },
    }),
}

/** The network with a provider and an API at its other end. It can be cut, and lose or falsify what passes. */
export const createNetwork = (clock: () => number) => {
  const provider = createProvider(clock)
  const { alarms } = provider
  const tokenRequests: TokenRequest[] = []
  /** How often the API has acted on the call of each id. */
  const acted = new Map<string, number>()
  /** The family whose token the API has seen last: the worker holds it, or has held it. */
  let inUse: Family | undefined
  let faults: Fault[] = []
  let up = true
  /** Until when a worker may still wait after the last failure of the token endpoint. */
  let troubleUntil = 0

  const kindOf = (url: URL): Fault['at'] | undefined => {
    if (url.origin === apiOrigin) return 'api'
    return url.pathname === '/token' ? 'token' : url.pathname === '/revoke' ? 'revoke' : undefined
  }

  const takeFault = (kind: Fault['at'] | undefined): Fault | undefined => {
    const found = faults.find(({ at }) => at === kind)
    faults = faults.filter((one) => one !== found)
    return found
  }

  const api = async (request: Request): Promise<Response> => {
    const caller = await provider.caller(request)
    if (caller === undefined) return new Response(null, { status: 401, headers: { 'www-authenticate': 'DPoP' } })
    const id = new URL(request.url).searchParams.get('id') ?? ''
    acted.set(id, (acted.get(id) ?? 0) + 1)
    inUse = caller.family
    return Response.json({ id, body: await request.text() })
  }

  /** Credentials go with what matches a resource, and proofs to the provider, and nothing anywhere else. */
  const watch = (request: Request, url: URL): void => {
    const { headers } = request
    const matches = matchResource(resources, url, request.method) !== undefined
    if (headers.has('authorization') && !matches) alarms.push(`credentials went to ${url.origin}${url.pathname}`)
    if (headers.has('dpop') && !matches && url.href !== `${issuer}/token`) alarms.push('a proof went astray')
    if (headers.has('authorization') && url.searchParams.get('trusted') === 'no') alarms.push('a frame got credentials')
  }

  /** A refresh has a reason, and a token that was granted successors is asked with again only where that came to nothing. */
  const begin = async (request: Request, life: number): Promise<TokenRequest> => {
    const form = new URLSearchParams(await request.clone().text())
    const grant = form.get('grant_type') === 'refresh_token' ? 'refresh' : 'code'
    const token = form.get(grant === 'refresh' ? 'refresh_token' : 'code') ?? ''
    const before = tokenRequests.filter((one) => one.token === token)
    if (before.some(({ outcome, life: of }) => of === life && (outcome === 'granted' || outcome === 'under way'))) {
      alarms.push('a token was sent again although nothing had failed')
    }
    if (grant === 'code' && before.length > 0) alarms.push('a code was sent twice')
    const begun: TokenRequest = { grant, token, life, outcome: 'under way' }
    tokenRequests.push(begun)
    return begun
  }

  const answer = async (request: Request, kind: Fault['at'] | undefined): Promise<Response> => {
    const fault = takeFault(kind)
    if (fault !== undefined && fault.how !== 'lost') {
      return instead[fault.how]()
    }
    const response = await (kind === 'api' ? api(request) : provider.respond(request))
    if (fault?.how === 'lost') throw new TypeError('The reply was lost.')
    return response
  }

  const settle = async (begun: TokenRequest, response: Response): Promise<void> => {
    const body: unknown = await response
      .clone()
      .json()
      .catch(() => ({}))
    const denied = typeof body === 'object' && body !== null && 'error' in body && body.error === 'invalid_grant'
    begun.outcome =
      response.status === 200 && body !== null && Object.hasOwn(Object(body), 'access_token') ? 'granted' : 'failed'
    if (denied) begun.outcome = 'denied'
    if (begun.outcome !== 'granted') troubleUntil = clock() + 121_000
    else troubleUntil = 0
  }

  return {
    provider,
    alarms,
    tokenRequests,
    acted,
    cut() {
      up = false
    },
    restore() {
      up = true
    },
    isUp: () => up,
    plan(fault: Fault) {
      faults.push(fault)
    },
    planned: (): readonly Fault[] => faults,
    heal() {
      faults = []
      up = true
    },
    isTroubled: () => clock() < troubleUntil,
    inUse: () => inUse,
    /** One request of the worker's life of this number. */
    async send(request: Request, life: number): Promise<Response> {
      const url = new URL(request.url)
      const kind = kindOf(url)
      watch(request, url)
      if (!up) {
        if (url.origin === issuer) troubleUntil = clock() + 121_000
        throw new TypeError('There is no network.')
      }
      if (kind !== 'token') return answer(request, kind)
      const begun = await begin(request, life)
      try {
        const response = await answer(request, kind)
        await settle(begun, response)
        return response
      } catch (error) {
        begun.outcome = 'failed'
        troubleUntil = clock() + 121_000
        throw error
      }
    },
  }
}

export type Network = ReturnType<typeof createNetwork>
