import { resolve } from 'node:path'
import * as v from 'valibot'

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
  readonly accessTokenTtl: number
  /** How long a consumed refresh token still gets a successor for the same DPoP key. */
  readonly refreshGrace: number
}

const portRule = 'must be a port number'
const port = v.pipe(v.string(), v.regex(/^[1-9]\d{0,4}$/, portRule), v.transform(Number), v.maxValue(65_535, portRule))
const positive = v.pipe(v.string(), v.regex(/^[1-9]\d{0,6}$/, 'must be a number of seconds'), v.transform(Number))
/** Whether an origin is this very machine. */
export const isLocal = (origin: string): boolean =>
  /^(localhost|.+\.localhost|127\.0\.0\.1|\[::1\])$/.test(new URL(origin).hostname)

const isOrigin = (text: string): boolean => URL.canParse(text) && new URL(text).origin === text

const origin = v.pipe(
  v.string(),
  v.check(isOrigin, 'must be an origin such as https://notes.example.com, without a path'),
  v.check(
    (text) => !isOrigin(text) || text.startsWith('https:') || (text.startsWith('http:') && isLocal(text)),
    'must be https, but for this machine itself',
  ),
)

const environment = v.object({
  HOLDFAST_APP_PORT: v.optional(port, '8787'),
  HOLDFAST_ID_PORT: v.optional(port, '8788'),
  HOLDFAST_APP_URL: v.optional(origin),
  HOLDFAST_ID_URL: v.optional(origin),
  HOLDFAST_DATA: v.optional(v.pipe(v.string(), v.nonEmpty()), '.holdfast'),
  HOLDFAST_SECRETS: v.optional(v.pipe(v.string(), v.nonEmpty())),
  HOLDFAST_ACCESS_TOKEN_TTL: v.optional(positive, '900'),
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

/** The configuration of these environment variables. Throws an Error that lists every fault. */
export const readConfig = (variables: Readonly<Record<string, string | undefined>>): Config => {
  const given = Object.fromEntries(Object.entries(variables).filter(([, value]) => value !== undefined && value !== ''))
  const parsed = v.safeParse(environment, given)
  if (!parsed.success) {
    const faults = parsed.issues.map((issue) => `  ${v.getDotPath(issue) ?? 'environment'} ${issue.message}`)
    throw new Error(`The configuration cannot be used:\n${faults.join('\n')}`)
  }
  const { output } = parsed
  const appPort = output.HOLDFAST_APP_PORT
  const idPort = output.HOLDFAST_ID_PORT
  const config: Config = {
    appPort,
    idPort,
    appUrl: output.HOLDFAST_APP_URL ?? `http://localhost:${appPort}`,
    idUrl: output.HOLDFAST_ID_URL ?? `http://localhost:${idPort}`,
    data: resolve(output.HOLDFAST_DATA),
    secretsFile: output.HOLDFAST_SECRETS === undefined ? undefined : resolve(output.HOLDFAST_SECRETS),
    databaseUrl: output.DATABASE_URL,
    databaseConnections: output.HOLDFAST_DATABASE_CONNECTIONS,
    accessTokenTtl: output.HOLDFAST_ACCESS_TOKEN_TTL,
    refreshGrace: 60,
  }
  if (appPort === idPort) throw new Error('HOLDFAST_APP_PORT and HOLDFAST_ID_PORT must differ.')
  if (config.appUrl === config.idUrl) throw new Error('HOLDFAST_APP_URL and HOLDFAST_ID_URL must differ.')
  return config
}

/** The audience of access tokens for our API (RFC 8707, RFC 9068). */
export const apiAudience = (config: Config): string => `${config.appUrl}/api/v1`

/** The clients of our own: the web app and the extension. */
export const webClient = 'web'
export const extensionClient = 'extension'
/** Where the web app's answers go. */
export const callbackPath = '/auth/callback'
