import * as v from 'valibot'

const text = v.nullable(v.string())

/** How far a pairing is, as the server tells both devices. Nothing of it is believed that the numbers do not cover. */
export const toldSchema = v.object({
  stage: v.picklist(['waiting', 'redeemed', 'answered', 'opened', 'approved', 'finished', 'burned']),
  device: v.nullable(
    v.object({ name: v.string(), platform: v.string(), publicKey: v.string(), exchangeKey: v.string() }),
  ),
  commitment: text,
  answerKey: text,
  answerNonce: text,
  opening: text,
  newProof: text,
  oldProof: text,
})

export type Told = v.InferOutput<typeof toldSchema>

/** A pairing that has just been begun, or not. */
export const offeredSchema = v.object({ id: v.string(), words: v.string() })
export const redeemedSchema = v.object({ id: v.string(), ticket: v.string() })
export const finishedSchema = v.object({
  refreshToken: v.string(),
  deviceId: v.string(),
  /** Where the device log stands, sealed by the old device; null where that does not sync. */
  logEntry: v.optional(v.nullable(v.string()), null),
})
export const serverSchema = v.object({ identityKey: v.object({ x: v.string() }) })
export const refusalSchema = v.object({ error: v.object({ code: v.string() }) })
