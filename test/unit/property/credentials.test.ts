import { createHash } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { calculateJwkThumbprint, exportJWK, generateKeyPair, importJWK, SignJWT } from 'jose'
import { afterAll, expect } from 'vitest'
import { createCredentials } from '../../../server/api/credentials.ts'
import { ApiError } from '../../../server/api/errors.ts'
import { apiAudience, readConfig } from '../../../server/config.ts'
import { loadSecrets } from '../../../server/secrets.ts'
import { openStore } from '../../../server/store/store.ts'
import { property } from './support/property.ts'

const folder = await mkdtemp(join(tmpdir(), 'holdfast-property-'))
const config = readConfig({ HOLDFAST_DATA: folder })
const secrets = await loadSecrets(folder)
const store = await openStore(config)
afterAll(async () => {
  await store.close()
  await rm(folder, { recursive: true })
})

const account = await store.accounts.create('someone@example.com', 'none')
const id = account?.id ?? ''
await store.sessions.create({
  id: 'a-session',
  accountId: id,
  clientId: 'web',
  providerSession: undefined,
  authTime: undefined,
  platform: 'Linux',
  deviceName: 'Firefox on Linux',
  userAgent: '',
  address: '',
})
const pair = await generateKeyPair('ES256')
const jwk = await exportJWK(pair.publicKey)
const sign = (claims: Record<string, unknown>) =>
  importJWK(secrets.tokenKey, 'ES256').then((key) =>
    new SignJWT({ sub: id, sid: 'a-session', ...claims })
      .setProtectedHeader({ alg: 'ES256', typ: 'at+jwt', kid: secrets.tokenKey.kid })
      .setIssuer(config.idUrl)
      .setAudience(apiAudience(config))
      .setIssuedAt()
      .setExpirationTime('1h')
      .sign(key),
  )
const bearer = await sign({})
const bound = await sign({ cnf: { jkt: await calculateJwkThumbprint(jwk) } })
const url = `${config.appUrl}/api/v1/user/profile`
const good = {
  htm: 'GET',
  htu: url,
  iat: Math.floor(Date.now() / 1000),
  ath: createHash('sha256').update(bound).digest('base64url'),
}
const prove = (claims: Record<string, unknown>) =>
  new SignJWT(claims).setProtectedHeader({ alg: 'ES256', typ: 'dpop+jwt', jwk }).sign(pair.privateKey)
const proof = await prove({ ...good, jti: 'seen before' })

const credentials = createCredentials(config, secrets, store)
const ask = (headers: Record<string, string>) => credentials(new Request(url, { headers }), '192.0.2.1')
await ask({ authorization: `DPoP ${bound}`, dpop: proof })

/** The code that credentials are refused with; undefined where they are taken. */
const refusal = async (headers: Record<string, string>): Promise<string | undefined> => {
  try {
    await ask(headers)
    return undefined
  } catch (error) {
    expect(error).toBeInstanceOf(ApiError)
    return error instanceof ApiError ? error.code : ''
  }
}
const codes = ['invalid_token', 'invalid_dpop_proof', 'use_dpop_nonce']

const part = fc.string({ unit: fc.constantFrom(...'AZaz09_-.= ,"'), maxLength: 20 })
/** But for the last letter, some bits of which say nothing. */
const spoilt = (text: string) =>
  fc
    .tuple(fc.nat(text.length - 2), fc.constantFrom(...'AB_-.~ '))
    .map(([at, letter]) => text.slice(0, at) + letter + text.slice(at + 1))
const claims = Buffer.from(JSON.stringify({ sub: id, sid: 'a-session', exp: 4e9, iat: 1 })).toString('base64url')
const unsigned = fc
  .constantFrom('none', 'HS256', 'ES256', '')
  .map((alg) => `${Buffer.from(JSON.stringify({ alg, typ: 'at+jwt' })).toString('base64url')}.${claims}.`)
const token = fc.oneof(
  part,
  spoilt(bearer),
  spoilt(bound),
  unsigned,
  unsigned.map((text) => `${text}AAAA`),
)
const scheme = fc.constantFrom('DPoP', 'Bearer', 'bearer', 'dpop', 'Basic', '', 'DPoP  ')

property(
  'whatever an Authorization header holds is refused by a code, unless it was issued here',
  [scheme, token],
  async (named, text) => {
    const code = await refusal({ authorization: `${named} ${text}`.trim(), dpop: proof })
    if (text === bearer && /^bearer$/i.test(named)) expect(code).toBeUndefined()
    else expect(codes).toContain(code)
  },
)

const proofs = fc.oneof(part, spoilt(proof), unsigned, fc.constant(proof))

property('whatever a DPoP header holds is no proof, unless it was made for this request', [proofs], async (text) => {
  expect(codes).toContain(await refusal({ authorization: `DPoP ${bound}`, dpop: text.trim() }))
})

const changed = fc.record(
  {
    htm: fc.constantFrom('GET', 'POST', 'get', 7),
    htu: fc.constantFrom(url, `${url}?a=1`, `${url}/`, 'https://evil.test/api/v1/user/profile', '', 'x'),
    iat: fc.oneof(fc.integer({ min: -70, max: 70 }), fc.double({ noNaN: true, noDefaultInfinity: true })),
    ath: fc.constantFrom(good.ath, good.ath.slice(1), ''),
    nonce: fc.constantFrom('', 'x'.repeat(43)),
  },
  { requiredKeys: [] },
)

property(
  'a proof of our own key counts for its method, address, token and minute alone',
  [changed],
  async (change) => {
    // Chance would come upon the same one twice, which is a replay.
    const jti = crypto.randomUUID()
    const made = { ...good, ...change, jti }
    const at = Math.floor(Date.now() / 1000) + Number(change.iat ?? 0)
    const code = await refusal({ authorization: `DPoP ${bound}`, dpop: await prove({ ...made, iat: at }) })
    const fits = made.htm === 'GET' && [url, `${url}?a=1`].includes(String(made.htu)) && made.ath === good.ath
    const clear = Math.abs(at - Date.now() / 1000)
    if (!fits) expect(code).toBe('invalid_dpop_proof')
    else if ('nonce' in change || clear > 61) expect(['use_dpop_nonce', 'invalid_dpop_proof']).toContain(code)
    else if (clear < 59) expect(code).toBeUndefined()
  },
  { oneIn: 20 },
)
