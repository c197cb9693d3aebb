import * as v from 'valibot'
import { HoldfastError } from '../protocol/errors.ts'

/** The hosts that name this very machine, where plain http is as good as https (W3C Secure Contexts §3.1). */
const isLoopback = (hostname: string): boolean =>
  hostname === 'localhost' || hostname.endsWith('.localhost') || hostname === '127.0.0.1' || hostname === '[::1]'

/** True for https anywhere and for http on loopback, without user info. */
export const isSecureUrl = (text: string): boolean => {
  if (!URL.canParse(text)) return false
  const url = new URL(text)
  if (url.username !== '' || url.password !== '') return false
  return url.protocol === 'https:' || (url.protocol === 'http:' && isLoopback(url.hostname))
}

const id = v.pipe(v.string(), v.regex(/^[a-z0-9-]{1,40}$/, 'must have lower-case letters, digits and "-", 40 at most'))
const secureUrl = v.pipe(v.string(), v.check(isSecureUrl, 'must be an https address, or http on loopback'))
const origin = v.pipe(
  secureUrl,
  v.check(
    (text) => URL.canParse(text) && new URL(text).origin === text && !text.includes('*'),
    'must be an origin: scheme, host and port only',
  ),
)
const path = v.pipe(v.string(), v.startsWith('/'))
/** A path that an address parser leaves as it is. */
const isPlain = (text: string): boolean => new URL(text, 'https://resource.invalid').pathname === text

const providerSchema = v.strictObject({
  id,
  /** Issuer identifier, exactly as the provider's discovery document says it (OIDC Discovery §3). */
  issuer: secureUrl,
  clientId: v.pipe(v.string(), v.nonEmpty()),
  scope: v.pipe(v.string(), v.regex(/(^| )openid( |$)/, 'must contain openid')),
  /** How the provider hands over the code: form_post where it can, else query. */
  responseMode: v.picklist(['form_post', 'query']),
  /** Sender-constrained tokens, RFC 9449. */
  dpop: v.boolean(),
  /** Resource indicator, RFC 8707. */
  resource: v.optional(v.pipe(v.string(), v.url())),
  /** Where the provider's server keeps devices: the address of a Holdfast API, such as `https://notes.example.com/api/v1`. */
  devices: v.optional(secureUrl),
  /** `prompt` of OIDC Core §3.1.2.1. Some providers give no refresh token without `consent`. */
  prompt: v.optional(v.picklist(['consent', 'login', 'select_account'])),
})

/** A header that a page could not make a browser send anyway would be of no use, and `cookie` is not ours to send. */
const header = v.pipe(
  v.string(),
  v.regex(/^[a-z0-9-]{1,60}$/, 'must be a header name in lower case'),
  v.check((name) => !/^(cookie|host|origin|referer|content-length)$|^(sec|proxy)-/.test(name), 'cannot be sent'),
)

const resourceSchema = v.strictObject({
  /** Whose tokens go there: a provider's, or else … */
  provider: v.optional(id),
  /** … a secret that the page puts once and never reads. */
  secret: v.optional(id),
  /** Where the secret is put. Default: `authorization`. */
  header: v.optional(header),
  /** What stands before the secret. Default: `Bearer` in `authorization`, nothing elsewhere. */
  scheme: v.optional(v.pipe(v.string(), v.regex(/^[A-Za-z0-9-]{0,20}$/, 'must be an authentication scheme'))),
  /** The page may also ask for `/~/<alias>/<path>` on its own origin. */
  alias: v.optional(id),
  /** What stands at the resource before that path, so that a page need not know it. Default: nothing. */
  base: v.optional(
    v.pipe(
      v.string(),
      v.regex(/^(?:\/[A-Za-z0-9._~-]+)+$/, 'must be a path without an end slash'),
      v.check(isPlain, 'must be a plain path'),
    ),
  ),
  origin,
  paths: v.pipe(v.array(path), v.nonEmpty()),
  /** Paths below those that pages get no credentials for. Default: none. */
  except: v.optional(v.array(path)),
  methods: v.pipe(v.array(v.pipe(v.string(), v.regex(/^[A-Z]+$/, 'must be upper-case'))), v.nonEmpty()),
  /** `true`: redirects are followed, without credentials. Default: they are refused. */
  redirects: v.optional(v.boolean()),
})

const configSchema = v.pipe(
  v.strictObject({
    callbackPath: path,
    providers: v.pipe(v.array(providerSchema), v.nonEmpty()),
    resources: v.array(resourceSchema),
  }),
  v.check(
    ({ providers, resources }) =>
      resources.every(({ provider }) => provider === undefined || providers.some(({ id }) => id === provider)),
    'a resource names a provider that is not there',
  ),
  v.check(
    ({ resources }) => resources.every(({ provider, secret }) => (provider === undefined) !== (secret === undefined)),
    'a resource needs a provider or a secret, and not both',
  ),
  v.check(
    ({ resources }) =>
      resources.every(({ secret, header, scheme }) => secret !== undefined || (header ?? scheme) === undefined),
    'header and scheme are for secrets',
  ),
  v.check(
    ({ resources }) => resources.every(({ alias, base }) => alias !== undefined || base === undefined),
    'base is for aliases',
  ),
  v.check(({ resources }) => {
    const aliases = resources.flatMap(({ alias }) => alias ?? [])
    return new Set(aliases).size === aliases.length
  }, 'two resources have one alias'),
  v.check(
    ({ providers }) => new Set(providers.map(({ id }) => id)).size === providers.length,
    'two providers have one id',
  ),
)

export type CustodyConfig = v.InferInput<typeof configSchema>
export type Provider = v.InferOutput<typeof providerSchema>
export type Config = v.InferOutput<typeof configSchema>

/** The configuration, checked. Throws CONFIGURATION_INVALID with every fault in its message. */
export const parseConfig = (input: unknown): Config => {
  const parsed = v.safeParse(configSchema, input)
  if (parsed.success) return parsed.output
  const faults = parsed.issues.map((issue) => `${v.getDotPath(issue) ?? 'configuration'}: ${issue.message}`)
  throw new HoldfastError('CONFIGURATION_INVALID', {
    detail: `The custody configuration is unusable. ${faults.join('; ')}`,
  })
}
