import * as v from 'valibot'
import type { PairingState } from './messages.ts'

const device = v.object({ name: v.string(), platform: v.string(), at: v.number() })
const numbers = v.tuple([v.string(), v.string(), v.string()])
const old = { side: v.literal('old'), device }
const fresh = { side: v.literal('new') }
const comparing = { stage: v.literal('comparing'), numbers, checked: v.boolean() }

/** The answer to every question about a pairing. */
export const pairingStateSchema: v.GenericSchema<unknown, PairingState> = v.union([
  v.object({ stage: v.literal('none') }),
  v.object({
    stage: v.literal('offered'),
    side: v.literal('old'),
    words: v.string(),
    qr: v.string(),
    expiresAt: v.number(),
  }),
  v.object({ stage: v.literal('joined'), ...old, expiresAt: v.number() }),
  v.object({ stage: v.literal('joined'), ...fresh }),
  v.object({ ...comparing, ...old, expiresAt: v.number() }),
  v.object({ ...comparing, ...fresh }),
  v.object({ stage: v.literal('approved'), ...old }),
  v.object({ stage: v.literal('done'), ...old }),
  v.object({ stage: v.literal('done'), ...fresh }),
  v.object({
    stage: v.literal('ended'),
    side: v.picklist(['old', 'new']),
    reason: v.picklist(['expired', 'guessed', 'left', 'refused', 'mismatch', 'interrupted']),
  }),
])
