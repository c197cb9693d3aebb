import * as v from 'valibot'
import { fromBase64url } from '../base/bytes.ts'
import { Secret } from '../base/secret.ts'
import type { WrappedDpopKey } from '../crypto/dpop-key.ts'
import { newPairingSchema } from '../pairing/new-device.ts'
import { oldPairingSchema } from '../pairing/old-device.ts'
import { limits } from '../session/limits.ts'

const secret = v.pipe(
  v.string(),
  v.transform((text) => new Secret(text)),
)
/** Bytes as JSON has them: base64url. */
const bytes = v.pipe(
  v.string(),
  v.rawTransform(({ dataset, addIssue, NEVER }) => {
    const decoded = fromBase64url(dataset.value)
    if (decoded !== undefined) return decoded
    addIssue({ message: 'is not base64url' })
    return NEVER
  }),
)
const account = v.object({ sub: v.string(), name: v.nullable(v.string()), email: v.nullable(v.string()) })
const device = v.object({ id: v.string(), name: v.string(), platform: v.string() })
const dpopKey = v.object({
  alg: v.picklist(['Ed25519', 'ES256']),
  publicKey: v.pipe(
    v.record(v.string(), v.unknown()),
    v.transform((jwk): JsonWebKey => jwk),
  ),
  wrapped: bytes,
})

const tokens = v.object({
  access: secret,
  type: v.picklist(['bearer', 'dpop']),
  refresh: v.nullable(secret),
  life: v.object({ issuedAt: v.number(), expiresAt: v.number() }),
})

/** A session with its tokens, as the vault keeps it. */
const liveSchema = v.object({
  status: v.literal('live'),
  account,
  device,
  tokens,
  dpop: v.nullable(dpopKey),
  /** Counts the refreshes that were committed, so that two workers can tell who is ahead. */
  generation: v.number(),
  /** When a refresh was begun whose outcome is not committed yet: the write-ahead mark. */
  refreshingSince: v.nullable(v.number()),
  /** What the provider lacked when the session began. */
  limits: v.optional(v.array(v.picklist(limits)), []),
  /** The state of the sign-in that this came of: the same callback again is then known as a repetition. */
  signInState: secret,
})

/** What a device receives keys with (X25519). */
const exchangeKey = v.object({ publicKey: v.string(), wrapped: bytes })

/** The key of this device, and what the server knows it by once it has answered. */
const deviceSchema = v.object({
  key: dpopKey,
  /** Where a pairing has brought the device in. */
  exchange: v.optional(v.nullable(exchangeKey), null),
  /** Where the device log of somebody's account stood when this device came into it: no other one is taken for theirs. */
  logs: v.optional(v.array(v.object({ sub: v.string(), account: bytes, length: v.number(), head: bytes })), []),
  /** The last record of sync that the key has signed, of each account: with the key it goes, so no number is given twice. */
  sealed: v.optional(v.array(v.object({ account: bytes, seq: v.number(), hash: bytes })), []),
  registered: v.nullable(
    v.object({
      id: v.string(),
      serverKey: v.string(),
      /** Of the DPoP key of the session that the device was last registered with. */
      jkt: v.string(),
    }),
  ),
})

const expiredSchema = v.object({
  status: v.literal('expired'),
  account,
  reason: v.picklist(['revoked', 'expired', 'device-removed', 'vault-lost']),
  removedAt: v.exactOptional(v.number()),
})

const transactionSchema = v.object({
  /** What the page is given to come back with; the provider's address stays here. */
  id: v.string(),
  startedAt: v.number(),
  returnTo: v.string(),
  address: secret,
  state: secret,
  nonce: secret,
  verifier: secret,
  dpop: v.nullable(dpopKey),
  /** `waiting` for the callback; `received`, and not yet sent on; `exchanging`: the code may have been sent. */
  stage: v.picklist(['waiting', 'received', 'exchanging']),
  /** The callback's parameters, from `received` on. */
  callback: v.nullable(secret),
})

const revocationsSchema = v.array(
  v.object({ provider: v.string(), token: secret, hint: v.string(), since: v.number() }),
)

/** What the page has put under a name and never reads: an API key. */
const secretSchema = v.object({ value: secret })

/** A pairing under way, with the keys of this side. */
const pairingSchema = v.object({
  own: v.variant('side', [oldPairingSchema, newPairingSchema]),
  exchange: exchangeKey,
  /** Of a new device: its own key, and that of the session to come once it is about to be fetched. */
  device: v.nullable(dpopKey),
  dpop: v.nullable(dpopKey),
  /** What came of it and has still to become a session. */
  finished: v.nullable(
    v.object({ refresh: secret, deviceId: v.string(), logEntry: v.optional(v.nullable(v.string()), null) }),
  ),
})

/** What opens the account of sync on this device. */
const syncSchema = v.object({
  /** Whose: the subject of the session. */
  sub: v.string(),
  /** What the device log calls the account. */
  account: bytes,
  /** Raw keys by epoch; none where this device has still to be let in. */
  keys: v.array(v.object({ epoch: v.number(), key: bytes })),
  /** Of the recovery kit that this device has made: its id, and whether its words were shown to be known. */
  kit: v.nullable(v.object({ id: bytes, confirmed: v.boolean() })),
  /** What was chosen for the notes of no account, until there are keys. */
  notes: v.exactOptional(v.picklist(['add', 'separate'])),
})

const metadataSchema = v.object({ fetchedAt: v.number(), document: v.record(v.string(), v.unknown()) })

export type Records = {
  session: v.InferOutput<typeof liveSchema> | v.InferOutput<typeof expiredSchema>
  transaction: v.InferOutput<typeof transactionSchema>
  device: v.InferOutput<typeof deviceSchema>
  pairing: v.InferOutput<typeof pairingSchema>
  sync: v.InferOutput<typeof syncSchema>
  revocations: v.InferOutput<typeof revocationsSchema>
  metadata: v.InferOutput<typeof metadataSchema>
  secret: v.InferOutput<typeof secretSchema>
}
export type RecordKind = keyof Records

/** Every kind of record, by the first part of its name, and how one is read after it was opened. */
const recordSchemas: { readonly [K in RecordKind]: v.GenericSchema<unknown, Records[K]> } = {
  session: v.variant('status', [liveSchema, expiredSchema]),
  transaction: transactionSchema,
  device: deviceSchema,
  pairing: pairingSchema,
  sync: syncSchema,
  revocations: revocationsSchema,
  metadata: metadataSchema,
  secret: secretSchema,
}

export const recordKinds = [
  'session',
  'transaction',
  'device',
  'pairing',
  'sync',
  'revocations',
  'metadata',
  'secret',
] as const satisfies readonly RecordKind[]

export type LiveSession = v.InferOutput<typeof liveSchema>
export type Tokens = LiveSession['tokens']
export type Transaction = Records['transaction']
export type Revocation = Records['revocations'][number]

/** The record of an opened plaintext, or undefined where it is not of this form: another version wrote it. */
export const decodeRecord = <K extends RecordKind>(kind: K, text: string): Records[K] | undefined => {
  let json: unknown
  try {
    json = JSON.parse(text)
  } catch {
    return undefined
  }
  const schema: v.GenericSchema<unknown, Records[K]> = recordSchemas[kind]
  const parsed = v.safeParse(schema, json)
  return parsed.success ? parsed.output : undefined
}

export type { WrappedDpopKey }
