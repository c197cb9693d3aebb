import fc from 'fast-check'
import { toBase64url } from '../../../../src/base/bytes.ts'
import { reveal, Secret } from '../../../../src/base/secret.ts'
import { limits } from '../../../../src/session/limits.ts'
import type { RecordKind, Records } from '../../../../src/sw/records.ts'
import { anyBytes, anyText, moment } from './values.ts'

// JSON writes a lone surrogate in a way that UTF-8 can carry, so any text will do.
const text = anyText
const secret = text.map((value) => new Secret(value))
const account = fc.record({ sub: text, name: fc.option(text), email: fc.option(text) })
const dpop = fc.option(
  fc.record({
    alg: fc.constantFrom('Ed25519', 'ES256'),
    publicKey: fc.constant<JsonWebKey>({ kty: 'OKP', crv: 'Ed25519', x: 'AA' }),
    wrapped: anyBytes(40),
  }),
)

const exchange = fc.record({ publicKey: text, wrapped: anyBytes(40) })
const newDevice = fc.record({ name: text, platform: text, publicKey: text, exchangeKey: text })

/** Every kind of record, with every value that its form allows. */
export const records: { readonly [K in RecordKind]: fc.Arbitrary<Records[K]> } = {
  session: fc.oneof(
    fc.record({
      status: fc.constant('live' as const),
      account,
      device: fc.record({ id: text, name: text, platform: text }),
      tokens: fc.record({
        access: secret,
        type: fc.constantFrom('bearer', 'dpop'),
        refresh: fc.option(secret),
        life: fc.record({ issuedAt: moment, expiresAt: moment }),
      }),
      dpop,
      generation: fc.nat(),
      refreshingSince: fc.option(moment),
      limits: fc.subarray([...limits]),
      signInState: secret,
    }),
    fc.record({
      status: fc.constant('expired' as const),
      account,
      reason: fc.constantFrom('revoked', 'expired', 'device-removed', 'vault-lost'),
    }),
  ),
  transaction: fc.record({
    id: text,
    startedAt: moment,
    returnTo: text,
    address: secret,
    state: secret,
    nonce: secret,
    verifier: secret,
    dpop,
    stage: fc.constantFrom('waiting', 'received', 'exchanging'),
    callback: fc.option(secret),
  }),
  device: fc.record({
    key: fc.record({
      alg: fc.constant('Ed25519' as const),
      publicKey: fc.constant<JsonWebKey>({ kty: 'OKP', crv: 'Ed25519', x: 'AA' }),
      wrapped: anyBytes(40),
    }),
    exchange: fc.option(exchange),
    logs: fc.array(fc.record({ sub: text, account: anyBytes(32), length: fc.nat(), head: anyBytes(32) }), {
      maxLength: 2,
    }),
    sealed: fc.array(fc.record({ account: anyBytes(32), seq: fc.nat(), hash: anyBytes(32) }), { maxLength: 2 }),
    registered: fc.option(fc.record({ id: text, serverKey: text, jkt: text })),
  }),
  pairing: fc.record({
    own: fc.oneof(
      fc.record({
        side: fc.constant('old' as const),
        id: text,
        words: text,
        qr: text,
        secret: text,
        serverKey: text,
        expiresAt: moment,
        answerKey: text,
        answerNonce: text,
        joined: fc.option(fc.record({ device: newDevice, commitment: text, at: moment })),
        opening: fc.option(text),
        approved: fc.boolean(),
      }),
      fc.record({
        side: fc.constant('new' as const),
        id: text,
        ticket: text,
        serverKey: text,
        device: newDevice,
        opening: text,
        code: fc.option(fc.record({ secret: text, keyHash: text })),
        answer: fc.option(fc.record({ key: text, nonce: text })),
      }),
    ),
    exchange,
    device: dpop,
    dpop,
    finished: fc.option(fc.record({ refresh: secret, deviceId: text, logEntry: fc.option(text) })),
  }),
  sync: fc.record({
    sub: text,
    account: anyBytes(32),
    keys: fc.array(fc.record({ epoch: fc.nat(), key: anyBytes(32) })),
    kit: fc.option(fc.record({ id: anyBytes(16), confirmed: fc.boolean() })),
  }),
  revocations: fc.array(fc.record({ provider: text, token: secret, hint: text, since: moment }), { maxLength: 3 }),
  metadata: fc.record({
    fetchedAt: moment,
    document: fc.dictionary(fc.stringMatching(/^x_[a-z]{1,8}$/), fc.jsonValue({ maxDepth: 2 }), { maxKeys: 4 }),
  }),
  secret: fc.record({ value: secret }),
}

/** A record with its secrets in the open, so that two can be compared. */
export const plainly = (record: unknown): unknown =>
  JSON.parse(
    JSON.stringify(record ?? null, function (key, value) {
      const raw: unknown = Reflect.get(this, key)
      if (raw instanceof Secret) return { secret: reveal(raw) }
      return raw instanceof Uint8Array ? { bytes: toBase64url(raw) } : value
    }),
  )
