import { createHash, randomUUID } from 'node:crypto'
import { Hono } from 'hono'
import { calculateJwkThumbprint, exportJWK, generateKeyPair, importJWK, SignJWT } from 'jose'
import { pino } from 'pino'
import { createDownloads } from '../../../../server/accounts/downloads.ts'
import { createApi } from '../../../../server/api/api.ts'
import { createCredentials } from '../../../../server/api/credentials.ts'
import { createRoutes } from '../../../../server/api/routes.ts'
import { apiAudience, type Config } from '../../../../server/config.ts'
import { createDeviceService } from '../../../../server/devices/devices.ts'
import { createMail } from '../../../../server/mail/mail.ts'
import { clientsOf } from '../../../../server/oidc/clients.ts'
import { createIssueSession } from '../../../../server/oidc/issue-session.ts'
import { createProvider } from '../../../../server/oidc/provider.ts'
import { createPairingService } from '../../../../server/pairing/pairing.ts'
import { loadSecrets } from '../../../../server/secrets.ts'
import { newId } from '../../../../server/store/store.ts'
import { createSyncStreams } from '../../../../server/sync/streams.ts'
import { openTestStore } from './database.ts'

export type Sent = {
  readonly method?: string
  /** Sent as it is where it is text, else as JSON. */
  readonly body?: unknown
  readonly headers?: Readonly<Record<string, string>>
  readonly address?: string
}

/** Nothing answers there: the route is in the document, and what it refuses it refuses without it. */
const gateway = { protocol: 'openai', base: 'http://127.0.0.1:9', model: 'none', key: undefined } as const

/** The whole API over a store of its own, asked without a socket. */
export const createTestApi = async (overrides: Partial<Config> = {}) => {
  const { store, config: common, dispose } = await openTestStore()
  const config: Config = { ...common, gateway, ...overrides }
  const secrets = await loadSecrets(config.data)
  const lines: string[] = []
  const log = pino({ level: 'info' }, { write: (line: string) => void lines.push(line) })
  const mail = createMail(store, undefined, log)
  const clients = clientsOf(config, [])
  const issueSession = createIssueSession(createProvider({ config, secrets, store, clients, mail }), config)
  const issuing = { store, serverKey: secrets.identityKey.x, issueSession }
  const devices = createDeviceService(issuing)
  const pairing = createPairingService({ ...issuing, devices, needsApproval: config.requirePairing })
  const credentials = createCredentials(config, secrets, store)
  const downloads = createDownloads(config.data, secrets.nonceSecret)
  const streams = createSyncStreams(store, config.databaseUrl)
  const services = { config, store, secrets, devices, pairing, downloads, log, streams }
  const api = createApi({
    ...{ store, credentials, log, routes: createRoutes(services) },
    readableBy: config.requirePairing ? '*' : config.appUrl,
  })
  const app = new Hono().route('/api', api)
  const key = await importJWK(secrets.tokenKey, 'ES256')
  const proofKey = await generateKeyPair('ES256')
  const jwk = await exportJWK(proofKey.publicKey)
  const jkt = await calculateJwkThumbprint(jwk)

  const toInit = ({ method = 'GET', body, headers = {} }: Sent): RequestInit => {
    const isText = typeof body === 'string' || body === undefined
    const text = body instanceof Uint8Array ? new Uint8Array(body) : isText ? body : JSON.stringify(body)
    const type: Record<string, string> = text === undefined ? {} : { 'content-type': 'application/json' }
    return { method, headers: { ...type, ...headers }, ...(text === undefined ? {} : { body: text }) }
  }

  const ask = async (path: string, sent: Sent = {}): Promise<Response> =>
    app.request(`${config.appUrl}/api/v1${path}`, toInit(sent), { address: sent.address ?? '192.0.2.1' })

  const tokenOf = (accountId: string, sid: string): Promise<string> => {
    const now = Math.floor(Date.now() / 1000)
    return new SignJWT({ sid, cnf: { jkt } })
      .setProtectedHeader({ alg: 'ES256', typ: 'at+jwt', kid: secrets.tokenKey.kid })
      .setIssuer(config.idUrl)
      .setAudience(apiAudience(config))
      .setSubject(accountId)
      .setIssuedAt(now)
      .setExpirationTime(now + 900)
      .sign(key)
  }

  const proofOf = (method: string, path: string, token: string): Promise<string> =>
    new SignJWT({
      htm: method,
      htu: `${config.appUrl}/api/v1${path.split('?')[0]}`,
      jti: randomUUID(),
      ath: createHash('sha256').update(token).digest('base64url'),
    })
      .setProtectedHeader({ alg: 'ES256', typ: 'dpop+jwt', jwk })
      .setIssuedAt()
      .sign(proofKey.privateKey)

  /** One more sign-in of an account. */
  const signIn = async (accountId: string) => {
    const id = newId()
    const rest = { platform: 'Linux', deviceName: 'Firefox', userAgent: 'test', address: '192.0.2.1' }
    const known = { clientId: 'web', providerSession: undefined, authTime: Date.now() }
    await store.sessions.create({ id, accountId, ...known, ...rest })
    const token = await tokenOf(accountId, id)
    const credentials = async (method: string, path: string) => ({
      authorization: `DPoP ${token}`,
      dpop: await proofOf(method, path, token),
    })
    const call = async (path: string, sent: Sent = {}): Promise<Response> => {
      const own = await credentials(sent.method ?? 'GET', path)
      return ask(path, { ...sent, headers: { ...sent.headers, ...own } })
    }
    return { accountId, sessionId: id, token, jkt, credentials, call }
  }

  return {
    config,
    store,
    secrets,
    streams,
    ask,
    fetch: async (request: Request) => app.fetch(request, { address: '192.0.2.1' }),
    signIn,
    /** Someone new, signed in. */
    async person() {
      const account = await store.accounts.create(`${randomUUID()}@example.com`, 'no password')
      if (account === undefined) throw new Error('There is an account of this e-mail.')
      return { ...(await signIn(account.id)), email: account.email }
    },
    logged: () => lines.join(''),
    async dispose() {
      await streams.close()
      await mail.close()
      await dispose()
    },
  }
}

export type TestApi = Awaited<ReturnType<typeof createTestApi>>
export type TestPerson = Awaited<ReturnType<TestApi['person']>>
