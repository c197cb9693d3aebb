import { calculateJwkThumbprint, EmbeddedJWK, exportJWK, generateKeyPair, jwtVerify, SignJWT } from 'jose'

export const issuer = 'https://id.example.com'
export const clientId = 'web'

/** How long a consumed refresh token still gets a successor for the same key, in milliseconds. */
const grace = 60_000
export const accessLife = 900_000

export type Family = { readonly jkt: string; revoked: boolean }
type RefreshToken = { readonly family: Family; readonly parent: RefreshToken | undefined; consumedAt?: number }
type AccessToken = { readonly family: Family; readonly issuedAt: number; readonly expiresAt: number }
type Code = { readonly jkt: string; readonly nonce: string; readonly challenge: string; spent: boolean }

const signing = await generateKeyPair('ES256')
const jwk = { ...(await exportJWK(signing.publicKey)), alg: 'ES256', use: 'sig', kid: 'one' }

const json = (value: unknown, status = 200, headers: Record<string, string> = {}): Response =>
  new Response(JSON.stringify(value), { status, headers: { 'content-type': 'application/json', ...headers } })
const refusal = (error: string): Response => json({ error }, 400)

/** The key that a DPoP proof was made with, where it is one for this request now (RFC 9449 §4.3). */
const provenKey = async (request: Request, now: number): Promise<string | undefined> => {
  const proof = request.headers.get('dpop')
  if (proof === null) return undefined
  const { payload, protectedHeader } = await jwtVerify(proof, EmbeddedJWK, { typ: 'dpop+jwt', clockTolerance: 1e9 })
  const { origin, pathname } = new URL(request.url)
  const fits = payload.htm === request.method && payload.htu === origin + pathname
  const recent = Math.abs((payload.iat ?? 0) - now / 1000) <= 60
  return fits && recent && protectedHeader.jwk !== undefined ? calculateJwkThumbprint(protectedHeader.jwk) : undefined
}

/**
 * A provider with an API: it rotates refresh tokens with a grace, ends a family whose token is used again, binds all to
 * the key of the sign-in, and writes down what it was asked. In this process, so that 300 lives of a worker take minutes.
 */
export const createProvider = (clock: () => number) => {
  const requests = new Map<string, URLSearchParams>()
  const codes = new Map<string, Code>()
  const refreshTokens = new Map<string, RefreshToken>()
  const accessTokens = new Map<string, AccessToken>()
  const secrets: string[] = []
  /** What must not happen, should it have happened. */
  const alarms: string[] = []
  let made = 0
  const make = (kind: string): string => {
    made += 1
    const text = `${kind}-${made}-${crypto.randomUUID()}`
    secrets.push(text)
    return text
  }

  const issue = async (family: Family, parent: RefreshToken | undefined, idToken: string | undefined) => {
    const refresh = make('refresh')
    const access = make('access')
    refreshTokens.set(refresh, { family, parent })
    accessTokens.set(access, { family, issuedAt: clock(), expiresAt: clock() + accessLife })
    const common = { access_token: access, token_type: 'DPoP', expires_in: accessLife / 1000, refresh_token: refresh }
    return json({ ...common, ...(idToken === undefined ? {} : { id_token: idToken }) })
  }

  const signIdToken = (nonce: string): Promise<string> =>
    new SignJWT({ nonce, name: 'Someone' })
      .setProtectedHeader({ alg: 'ES256', kid: 'one' })
      .setIssuer(issuer)
      .setSubject('someone')
      .setAudience(clientId)
      .setIssuedAt()
      .setExpirationTime('10y')
      .sign(signing.privateKey)

  const exchange = async (form: URLSearchParams, jkt: string | undefined): Promise<Response> => {
    const code = codes.get(form.get('code') ?? '')
    if (code === undefined || jkt === undefined || code.jkt !== jkt) return refusal('invalid_grant')
    if (code.spent) alarms.push('a code was sent twice')
    code.spent = true
    const verifier = new TextEncoder().encode(form.get('code_verifier') ?? '')
    const challenge = Buffer.from(await crypto.subtle.digest('SHA-256', verifier)).toString('base64url')
    if (challenge !== code.challenge) return refusal('invalid_grant')
    return issue({ jkt, revoked: false }, undefined, await signIdToken(code.nonce))
  }

  /** Whoever came of this token has been used already: a thief has the one or the other. */
  const isOutdated = (token: RefreshToken): boolean =>
    [...refreshTokens.values()].some((other) => other.parent === token && other.consumedAt !== undefined)

  const refresh = async (form: URLSearchParams, jkt: string | undefined): Promise<Response> => {
    const token = refreshTokens.get(form.get('refresh_token') ?? '')
    if (token === undefined || token.family.revoked || jkt !== token.family.jkt) return refusal('invalid_grant')
    if (isOutdated(token)) alarms.push('a refresh token was used after its successor')
    const late = token.consumedAt !== undefined && clock() - token.consumedAt > grace
    if (late || isOutdated(token)) {
      token.family.revoked = true
      return refusal('invalid_grant')
    }
    token.consumedAt ??= clock()
    return issue(token.family, token, undefined)
  }

  const token = async (request: Request): Promise<Response> => {
    const form = new URLSearchParams(await request.text())
    const jkt = await provenKey(request, clock())
    return form.get('grant_type') === 'refresh_token' ? refresh(form, jkt) : exchange(form, jkt)
  }

  const revoke = async (request: Request): Promise<Response> => {
    const named = new URLSearchParams(await request.text()).get('token') ?? ''
    const found = refreshTokens.get(named) ?? accessTokens.get(named)
    if (found !== undefined) found.family.revoked = true
    return new Response(null)
  }

  const push = async (request: Request): Promise<Response> => {
    const uri = make('urn')
    requests.set(uri, new URLSearchParams(await request.text()))
    return json({ request_uri: uri, expires_in: 60 }, 201)
  }

  const routes: Readonly<Record<string, (request: Request) => Promise<Response> | Response>> = {
    '/.well-known/openid-configuration': () =>
      json({
        issuer,
        authorization_endpoint: `${issuer}/auth`,
        token_endpoint: `${issuer}/token`,
        revocation_endpoint: `${issuer}/revoke`,
        pushed_authorization_request_endpoint: `${issuer}/request`,
        jwks_uri: `${issuer}/jwks`,
        response_types_supported: ['code'],
        id_token_signing_alg_values_supported: ['ES256'],
        dpop_signing_alg_values_supported: ['Ed25519', 'ES256'],
        authorization_response_iss_parameter_supported: true,
      }),
    '/jwks': () => json({ keys: [jwk] }),
    '/request': push,
    '/token': token,
    '/revoke': revoke,
  }

  return {
    alarms,
    secrets: (): readonly string[] => secrets,
    respond: async (request: Request): Promise<Response> =>
      routes[new URL(request.url).pathname]?.(request) ?? new Response(null, { status: 404 }),
    /** What the person's browser brings back from the provider's page at `address`. */
    allow(address: string): URLSearchParams {
      const asked = requests.get(new URL(address).searchParams.get('request_uri') ?? '')
      if (asked === undefined) throw new Error('The provider knows nothing of this sign-in.')
      const get = (name: string) => asked.get(name) ?? ''
      const code = make('code')
      codes.set(code, { jkt: get('dpop_jkt'), nonce: get('nonce'), challenge: get('code_challenge'), spent: false })
      return new URLSearchParams({ code, state: get('state'), iss: issuer })
    },
    /** The access token of this request, where it is good: not over, not ended, and with a proof of its key. */
    async caller(request: Request): Promise<AccessToken | undefined> {
      const [scheme, value = ''] = (request.headers.get('authorization') ?? '').split(' ')
      const found = accessTokens.get(value)
      const good = scheme === 'DPoP' && found !== undefined && clock() < found.expiresAt && !found.family.revoked
      return good && (await provenKey(request, clock())) === found.family.jkt ? found : undefined
    },
    /** Ends every family, as a person does from another device. */
    endAll() {
      for (const { family } of refreshTokens.values()) family.revoked = true
    },
  }
}

export type Provider = ReturnType<typeof createProvider>
