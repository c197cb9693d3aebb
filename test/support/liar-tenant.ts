import { createHash, randomUUID } from 'node:crypto'
import { type Claims, type Keys, type SigningKey, sign } from './liar-keys.ts'
import { json, type Parsed, type Reply } from './liar-reply.ts'

export type Endpoint =
  | 'discovery'
  | 'jwks'
  | 'par'
  | 'authorize'
  | 'token'
  | 'refresh'
  | 'userinfo'
  | 'revoke'
  | 'logout'
  | 'api'

/** What to say instead of the truth. What is not named stays true. */
export type Lies = {
  /** The reply of an endpoint. `refresh` is the token endpoint, asked with a refresh token. */
  readonly reply?: Partial<Record<Endpoint, (truth: Reply, request: Parsed) => Reply | Promise<Reply>>>
  /** What the browser is sent back with. */
  readonly callback?: (truth: URLSearchParams) => URLSearchParams
  /** The claims of an ID token; `refresh`: of one in the reply to a refresh. */
  readonly claims?: (truth: Claims, refresh: boolean) => Claims
  /** The ID token itself. */
  readonly idToken?: (claims: Claims, keys: Keys) => string | Promise<string>
}

type Grant = { readonly nonce: string | null; readonly challenge: string; readonly redirect: string }

const redirectBy = (redirect: string, parameters: URLSearchParams, formPost: boolean): Reply => {
  if (!formPost) return { status: 303, headers: { location: `${redirect}?${parameters}` }, body: '' }
  const fields = [...parameters].map(([name, value]) => `<input type="hidden" name="${name}" value="${value}">`)
  const body = `<form method="post" action="${redirect}">${fields.join('')}</form><script>document.forms[0].submit()</script>`
  return { status: 200, headers: { 'content-type': 'text/html' }, body }
}

/** One issuer of the liar's: correct in all it says, but for the lies that it was told to tell. */
export const createTenant = (issuer: string, clientId: string, keys: Keys) => {
  const pushed = new Map<string, URLSearchParams>()
  const codes = new Map<string, Grant>()
  const access = new Set<string>()
  const refreshes = new Set<string>()
  const tenant = {
    issuer,
    lies: {} as Lies,
    /** How often each endpoint was asked. */
    asked: new Map<Endpoint, number>(),
    /** What each endpoint was sent, oldest first. */
    seen: [] as { readonly endpoint: Endpoint; readonly request: Parsed }[],
    /** The most bytes of an overlong body that anyone took. */
    mostTaken: 0,
    signingKey: keys.es as SigningKey,
    published: [keys.es.jwk, keys.rs.jwk] as readonly unknown[],
    par: false,
    dpop: true,
    lifetime: 3600,
  }

  const discovery = (): Reply =>
    json({
      issuer,
      authorization_endpoint: `${issuer}/authorize`,
      token_endpoint: `${issuer}/token`,
      jwks_uri: `${issuer}/jwks`,
      userinfo_endpoint: `${issuer}/userinfo`,
      revocation_endpoint: `${issuer}/revoke`,
      end_session_endpoint: `${issuer}/logout`,
      ...(tenant.par ? { pushed_authorization_request_endpoint: `${issuer}/par` } : {}),
      ...(tenant.dpop ? { dpop_signing_alg_values_supported: ['ES256', 'Ed25519'] } : {}),
      response_types_supported: ['code'],
      response_modes_supported: ['query', 'form_post'],
      subject_types_supported: ['public'],
      id_token_signing_alg_values_supported: ['ES256', 'RS256'],
      code_challenge_methods_supported: ['S256'],
      authorization_response_iss_parameter_supported: true,
    })

  const authorize = ({ url }: Parsed): Reply => {
    const asked = pushed.get(url.searchParams.get('request_uri') ?? '') ?? url.searchParams
    const redirect = asked.get('redirect_uri') ?? ''
    const code = randomUUID()
    codes.set(code, { nonce: asked.get('nonce'), challenge: asked.get('code_challenge') ?? '', redirect })
    const truth = new URLSearchParams({ code, state: asked.get('state') ?? '', iss: issuer })
    return redirectBy(redirect, tenant.lies.callback?.(truth) ?? truth, asked.get('response_mode') === 'form_post')
  }

  const par = ({ form }: Parsed): Reply => {
    const uri = `urn:ietf:params:oauth:request_uri:${randomUUID()}`
    pushed.set(uri, form)
    return json({ request_uri: uri, expires_in: 60 }, 201)
  }

  const idToken = async (nonce: string | null, refresh: boolean): Promise<string> => {
    const now = Math.floor(Date.now() / 1000)
    const truth = {
      iss: issuer,
      sub: 'someone',
      aud: clientId,
      iat: now,
      exp: now + 300,
      ...(refresh ? {} : { nonce }),
    }
    const claims = tenant.lies.claims?.(truth, refresh) ?? truth
    return (await tenant.lies.idToken?.(claims, keys)) ?? sign(tenant.signingKey, claims)
  }

  const issue = async (nonce: string | null, refresh: boolean): Promise<Reply> => {
    const [token, again] = [randomUUID(), randomUUID()]
    access.add(token)
    refreshes.add(again)
    return json({
      access_token: token,
      token_type: tenant.dpop ? 'DPoP' : 'Bearer',
      expires_in: tenant.lifetime,
      refresh_token: again,
      id_token: await idToken(nonce, refresh),
    })
  }

  const token = async ({ form }: Parsed): Promise<Reply> => {
    const code = form.get('code') ?? ''
    const grant = codes.get(code)
    codes.delete(code)
    const challenge = createHash('sha256')
      .update(form.get('code_verifier') ?? '')
      .digest('base64url')
    const fits = grant?.challenge === challenge && grant.redirect === form.get('redirect_uri')
    return grant === undefined || !fits ? json({ error: 'invalid_grant' }, 400) : issue(grant.nonce, false)
  }

  const refresh = async ({ form }: Parsed): Promise<Reply> => {
    const known = refreshes.delete(form.get('refresh_token') ?? '')
    return known ? issue(null, true) : json({ error: 'invalid_grant' }, 400)
  }

  const revoke = ({ form }: Parsed): Reply => {
    access.delete(form.get('token') ?? '')
    refreshes.delete(form.get('token') ?? '')
    return { status: 200, headers: {}, body: '' }
  }

  const logout = ({ url }: Parsed): Reply => ({
    status: 303,
    headers: { location: `${url.searchParams.get('post_logout_redirect_uri')}?back=logout` },
    body: '',
  })

  const isAuthorized = ({ headers }: Parsed): boolean => access.has(headers.authorization?.split(' ')[1] ?? '')
  const userinfo = (request: Parsed): Reply =>
    isAuthorized(request) ? json({ sub: 'someone', name: 'Some One', email: 'some@one.example' }) : json({}, 401)
  const api = (request: Parsed): Reply => json({ authorized: isAuthorized(request) })

  const truths: Record<Endpoint, (request: Parsed) => Reply | Promise<Reply>> = {
    discovery,
    jwks: () => json({ keys: tenant.published }),
    par,
    authorize,
    token,
    refresh,
    userinfo,
    revoke,
    logout,
    api,
  }

  return Object.assign(tenant, {
    /** Asked at this endpoint, so often. */
    count: (endpoint: Endpoint): number => tenant.asked.get(endpoint) ?? 0,
    /** From now on no access token that was given so far is good. */
    forgetAccess: () => access.clear(),
    /** The access token that was given last. */
    lastAccess: (): string => [...access].at(-1) ?? '',
    async answer(endpoint: Endpoint, request: Parsed): Promise<Reply> {
      tenant.asked.set(endpoint, (tenant.asked.get(endpoint) ?? 0) + 1)
      tenant.seen.push({ endpoint, request })
      const truth = await truths[endpoint](request)
      return (await tenant.lies.reply?.[endpoint]?.(truth, request)) ?? truth
    },
  })
}

export type Tenant = ReturnType<typeof createTenant>
