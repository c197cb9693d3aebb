import fc from 'fast-check'
import type { AuthorizationServer } from 'oauth4webapi'
import { Secret } from '../../../../src/base/secret.ts'
import type { Provider } from '../../../../src/sw/config.ts'
import { createWire } from '../../../../src/sw/oidc/wire.ts'
import type { Tokens } from '../../../../src/sw/records.ts'
import { anyText, anything } from './values.ts'

export const issuer = 'https://id.example.com'
export const now = 1_750_000_000_000

export const provider: Provider = {
  id: 'main',
  issuer,
  clientId: 'web',
  scope: 'openid offline_access',
  responseMode: 'query',
  dpop: false,
}

export const document = {
  issuer,
  authorization_endpoint: `${issuer}/auth`,
  token_endpoint: `${issuer}/token`,
  jwks_uri: `${issuer}/jwks`,
  pushed_authorization_request_endpoint: `${issuer}/request`,
  revocation_endpoint: `${issuer}/revoke`,
  authorization_response_iss_parameter_supported: true,
} satisfies AuthorizationServer

export const account = { sub: 'someone', name: null, email: null }

export const tokensBefore: Tokens = {
  access: new Secret('access before'),
  type: 'bearer',
  refresh: new Secret('refresh before'),
  life: { issuedAt: now - 900_000, expiresAt: now },
}

/** What a server says, before it is a `Response`: a body can be read once, and a value is tried more often. */
export type Said = { readonly status: number; readonly headers: Record<string, string>; readonly body: string }

const json = (value: unknown): string => {
  try {
    return JSON.stringify(value) ?? ''
  } catch {
    return '{'
  }
}

/** Texts as a header may carry them. */
const headerText = fc.string({ unit: fc.constantFrom(...'aZ09 ,="\\;:/-_.~+\t'), maxLength: 16 })

/** Challenges, good and bad (RFC 9110 §11.6.1, RFC 6750 §3, RFC 9449 §7.1). */
export const challenge = fc
  .array(
    fc.oneof(
      headerText,
      fc.constantFrom(
        'Bearer',
        'DPoP',
        'Basic realm="x"',
        'error="use_dpop_nonce"',
        'error=use_dpop_nonce',
        'error="invalid_token"',
        'algs="ES256 Ed25519"',
        'error="use_dpop_nonce',
        '"',
        ', ,',
        '=',
        'Negotiate YII=',
      ),
    ),
    { maxLength: 4 },
  )
  .map((parts) => parts.join(' ').trim())

const type = fc.constantFrom(
  'application/json',
  'application/json; charset=utf-8',
  'text/html',
  'application/jwt',
  '',
  'a/b/c',
)
const otherHeader = fc.record(
  {
    'www-authenticate': challenge,
    'retry-after': fc.oneof(headerText, fc.nat().map(String)).map((text) => text.trim()),
    date: headerText.map((text) => text.trim()),
    'dpop-nonce': headerText.map((text) => text.trim()),
  },
  { requiredKeys: [] },
)

const status = fc.oneof(
  { weight: 6, arbitrary: fc.constant(200) },
  { weight: 2, arbitrary: fc.constantFrom(201, 204, 302, 400, 401, 403, 404, 429, 500, 503) },
)

/** An answer of a provider whose body is one of `bodies`, the almost good among them, or nothing like it. */
export const said = (bodies: fc.Arbitrary<unknown>): fc.Arbitrary<Said> =>
  fc
    .tuple(status, type, otherHeader, fc.oneof({ weight: 4, arbitrary: bodies.map(json) }, anything.map(json), anyText))
    .map(([code, contentType, headers, body]) => ({
      status: code,
      headers: { 'content-type': contentType, ...headers },
      body,
    }))

export const toResponse = ({ status: code, headers, body }: Said): Response =>
  new Response([204, 205, 304].includes(code) ? null : body, { status: code, headers })

/** A wire at whose other end everything is answered so. */
export const wireOf = (answer: (url: string) => Response) =>
  createWire(
    async (input) => answer(String(input)),
    () => now,
  )
