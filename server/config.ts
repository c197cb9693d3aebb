import { resolve } from 'node:path'
import * as v from 'valibot'
import { type AiProvider, aiDefault, aiFault, readAi } from './ai.ts'
import { findConfigFile, parseConfigFile, type Variables } from './config-file.ts'
import { addresses, issuer, loopback, networks, origin, port, positive, room } from './config-values.ts'
import { type ExternalProvider, externalEntries, externalFaults, readExternal } from './external.ts'
import { type GatewayConfig, gatewayEntries, gatewayFaults, readGateway } from './gateway/config.ts'
import type { UpstreamConfig } from './oidc/upstream.ts'
import { trustFaults } from './trusted-network.ts'

/** What the server is told, checked. Addresses are origins without a trailing slash; times are seconds. */
export type Config = {
  readonly appPort: number
  readonly idPort: number
  readonly appUrl: string
  readonly idUrl: string
  /** Folder of the database and the server's keys. */
  readonly data: string
  /** Where the server's keys are; undefined: in the folder. */
  readonly secretsFile: string | undefined
  /** Of PostgreSQL; undefined: SQLite in the folder. */
  readonly databaseUrl: string | undefined
  /** Connections to PostgreSQL at most. */
  readonly databaseConnections: number
  /** Another OpenID provider that people may come from; undefined: none. */
  readonly upstream: UpstreamConfig | undefined
  /** Someone else's OpenID provider in place of our own; undefined: our own. */
  readonly external: ExternalProvider | undefined
  /** The model that reads documents; undefined: that is not offered. */
  readonly gateway: GatewayConfig | undefined
  /** False: the network is trusted, see trusted-network.ts (D7). */
  readonly requirePairing: boolean
  /** Of a mail server (`smtp://…`); undefined: messages to people stay in the outbox. */
  readonly smtpUrl: string | undefined
  /** Who messages are from. */
  readonly mailFrom: string
  /** Addresses of this machine that both listeners take. */
  readonly listen: readonly string[]
  /** Proxies, by address or network, whose `X-Forwarded-For` is believed. Loopback always is. */
  readonly trustedProxies: readonly string[]
  /** Where Prometheus finds the figures; undefined: nowhere. */
  readonly metricsPort: number | undefined
  readonly metricsListen: readonly string[]
  readonly accessTokenTtl: number
  /** Bytes that an account may have of records, files and backups. */
  readonly syncQuota: number
  /** How long a consumed refresh token still gets a successor for the same DPoP key. */
  readonly refreshGrace: number
  /** Where AI can be asked with a key of the person's own. */
  readonly ai: readonly AiProvider[]
}

const environment = v.object({
  HOLDFAST_APP_PORT: v.optional(port, '8787'),
  HOLDFAST_ID_PORT: v.optional(port, '8788'),
  HOLDFAST_APP_URL: v.optional(origin),
  HOLDFAST_ID_URL: v.optional(origin),
  HOLDFAST_DATA: v.optional(v.pipe(v.string(), v.nonEmpty()), '.holdfast'),
  HOLDFAST_LISTEN: v.optional(addresses, loopback),
  HOLDFAST_TRUSTED_PROXIES: v.optional(networks),
  HOLDFAST_METRICS_PORT: v.optional(port),
  HOLDFAST_METRICS_LISTEN: v.optional(addresses, loopback),
  HOLDFAST_SECRETS: v.optional(v.pipe(v.string(), v.nonEmpty())),
  HOLDFAST_ACCESS_TOKEN_TTL: v.optional(positive, '900'),
  HOLDFAST_SYNC_QUOTA: v.optional(room, String(1024 ** 3)),
  HOLDFAST_GOOGLE_ISSUER: v.optional(issuer, 'https://accounts.google.com'),
  HOLDFAST_GOOGLE_CLIENT_ID: v.optional(v.string()),
  HOLDFAST_GOOGLE_CLIENT_SECRET: v.optional(v.string()),
  HOLDFAST_GOOGLE_DOMAIN: v.optional(v.string()),
  HOLDFAST_GOOGLE_NAME: v.optional(v.pipe(v.string(), v.maxLength(40)), 'Google'),
  HOLDFAST_REQUIRE_PAIRING: v.optional(v.picklist(['true', 'false'], 'must be true or false'), 'true'),
  ...externalEntries,
  ...gatewayEntries,
  HOLDFAST_SMTP_URL: v.optional(
    v.pipe(
      v.string(),
      v.check(
        (text) => /^smtps?:$/.test(URL.parse(text)?.protocol ?? ''),
        'must be an address such as smtps://user:password@mail.example.com',
      ),
    ),
  ),
  HOLDFAST_MAIL_FROM: v.optional(v.pipe(v.string(), v.nonEmpty()), 'Holdfast <holdfast@localhost>'),
  HOLDFAST_AI_PROVIDERS: v.optional(
    v.pipe(
      v.string(),
      v.check(
        (text) => aiFault(text) === undefined,
        ({ input }) => aiFault(String(input)) ?? '',
      ),
    ),
    aiDefault,
  ),
  DATABASE_URL: v.optional(
    v.pipe(
      v.string(),
      v.check(
        (text) => /^postgres(ql)?:$/.test(URL.parse(text)?.protocol ?? ''),
        'must be an address such as postgres://user:password@host/holdfast; without it SQLite is used',
      ),
    ),
  ),
  HOLDFAST_DATABASE_CONNECTIONS: v.optional(
    v.pipe(v.string(), v.regex(/^[1-9]\d{0,2}$/, 'must be a number from 1 to 999'), v.transform(Number)),
    '10',
  ),
})

const upstreamOf = (given: v.InferOutput<typeof environment>): UpstreamConfig | undefined => {
  const { HOLDFAST_GOOGLE_CLIENT_ID: clientId, HOLDFAST_GOOGLE_CLIENT_SECRET: clientSecret } = given
  if (clientId === undefined || clientSecret === undefined) return undefined
  const { HOLDFAST_GOOGLE_ISSUER: issuer, HOLDFAST_GOOGLE_NAME: name, HOLDFAST_GOOGLE_DOMAIN: domain } = given
  return { name, issuer, clientId, clientSecret, domain }
}

const known: ReadonlySet<string> = new Set(Object.keys(environment.entries))

/** Two settings that must not be the same, with their defaults. */
const different = [
  ['HOLDFAST_APP_PORT', '8787', 'HOLDFAST_ID_PORT', '8788'],
  ['HOLDFAST_APP_URL', 'app', 'HOLDFAST_ID_URL', 'id'],
] as const

/** Two settings of which neither is of use without the other. */
const together = [['HOLDFAST_GOOGLE_CLIENT_ID', 'HOLDFAST_GOOGLE_CLIENT_SECRET']] as const

type FromFile = { readonly settings: Variables; readonly faults: readonly string[] }

const fromFile = (text: string | undefined): FromFile => {
  try {
    return { settings: text === undefined ? {} : parseConfigFile(text, known), faults: [] }
  } catch (error) {
    return { settings: {}, faults: [error instanceof Error ? error.message : String(error)] }
  }
}

/**
 * The configuration of these environment variables, and of the text of a configuration file where they say nothing. Throws an
 * Error that lists every fault.
 */
export const readConfig = (variables: Variables, file?: string): Config => {
  const { settings, faults: inFile } = fromFile(file)
  const isGiven = ([, value]: [string, unknown]) => value !== undefined && value !== ''
  const given: Variables = { ...settings, ...Object.fromEntries(Object.entries(variables).filter(isGiven)) }
  const parsed = v.safeParse(environment, given)
  const faults = [
    ...inFile,
    ...(parsed.issues ?? []).map((issue) => `  ${v.getDotPath(issue) ?? 'environment'} ${issue.message}`),
    ...different
      .filter(([one, its, other, others]) => (given[one] ?? its) === (given[other] ?? others))
      .map(([one, , other]) => `  ${one} and ${other} must differ`),
    ...together
      .filter(([one, other]) => (given[one] === undefined) !== (given[other] === undefined))
      .map(([one, other]) => `  ${one} and ${other} go together`),
    ...externalFaults(given),
    ...gatewayFaults(given),
    ...trustFaults(given),
  ]
  if (!parsed.success || faults.length > 0) throw new Error(`The configuration cannot be used:\n${faults.join('\n')}`)
  const { output } = parsed
  const appPort = output.HOLDFAST_APP_PORT
  const idPort = output.HOLDFAST_ID_PORT
  const appUrl = output.HOLDFAST_APP_URL ?? `http://localhost:${appPort}`
  const config: Config = {
    appPort,
    idPort,
    appUrl,
    idUrl: output.HOLDFAST_ID_URL ?? `http://localhost:${idPort}`,
    data: resolve(output.HOLDFAST_DATA),
    secretsFile: output.HOLDFAST_SECRETS === undefined ? undefined : resolve(output.HOLDFAST_SECRETS),
    databaseUrl: output.DATABASE_URL,
    databaseConnections: output.HOLDFAST_DATABASE_CONNECTIONS,
    upstream: upstreamOf(output),
    external: readExternal(output, apiAudience({ appUrl })),
    gateway: readGateway(output),
    requirePairing: output.HOLDFAST_REQUIRE_PAIRING === 'true',
    smtpUrl: output.HOLDFAST_SMTP_URL,
    mailFrom: output.HOLDFAST_MAIL_FROM,
    listen: output.HOLDFAST_LISTEN,
    trustedProxies: output.HOLDFAST_TRUSTED_PROXIES ?? [],
    metricsPort: output.HOLDFAST_METRICS_PORT,
    metricsListen: output.HOLDFAST_METRICS_LISTEN,
    accessTokenTtl: output.HOLDFAST_ACCESS_TOKEN_TTL,
    syncQuota: output.HOLDFAST_SYNC_QUOTA,
    refreshGrace: 60,
    ai: readAi(output.HOLDFAST_AI_PROVIDERS),
  }
  if (config.appUrl === config.idUrl) throw new Error('HOLDFAST_APP_URL and HOLDFAST_ID_URL must differ.')
  return config
}

/** The configuration of this process: its environment, and `holdfast.config.json` in its folder or where HOLDFAST_CONFIG says. */
export const loadConfig = (variables: Variables): Config =>
  readConfig(variables, findConfigFile(variables.HOLDFAST_CONFIG))

/** The audience of the access tokens that our own provider gives for our API (RFC 8707, RFC 9068). */
export const apiAudience = ({ appUrl }: Pick<Config, 'appUrl'>): string => `${appUrl}/api/v1`

/** The clients of our own: the web app, the extension, and native programs. */
export const webClient = 'web'
export const extensionClient = 'extension'
export const desktopClient = 'desktop'
/** Where the web app's answers go. */
export const callbackPath = '/auth/callback'
/** The page that hands the answer for a native program on. */
export const desktopCallbackPath = '/api/v1/auth/callback/desktop'
