import * as v from 'valibot'
import { commitmentOf, isProof, numbersOf, proofOf, type Transcript } from '../crypto/pairing.ts'
import type { PairingState } from '../protocol/messages.ts'
import type { Told } from './told.ts'

const deviceSchema = v.object({
  name: v.string(),
  platform: v.string(),
  publicKey: v.string(),
  exchangeKey: v.string(),
})

/** What the device that lets another one in keeps of a pairing. What was once told is held on to. */
export const oldPairingSchema = v.object({
  side: v.literal('old'),
  id: v.string(),
  words: v.string(),
  /** The text of the QR code. */
  qr: v.string(),
  secret: v.string(),
  serverKey: v.string(),
  /** By the clock of this device. */
  expiresAt: v.number(),
  answerKey: v.string(),
  answerNonce: v.string(),
  joined: v.nullable(v.object({ device: deviceSchema, commitment: v.string(), at: v.number() })),
  opening: v.nullable(v.string()),
  /** The person has said yes. */
  approved: v.boolean(),
})

export type OldPairing = v.InferOutput<typeof oldPairingSchema>

/** What is to be told to the server after `next` has been stored. `transcript`: what is told of the device log is sealed with it. */
export type OldAct =
  | { readonly type: 'answer'; readonly key: string; readonly nonce: string }
  | { readonly type: 'approve'; readonly proof: string; readonly transcript: Transcript }
  | { readonly type: 'call-off' }

export type OldStep = {
  /** Undefined where it is over. */
  readonly next: OldPairing | undefined
  readonly act: OldAct | undefined
  readonly state: PairingState
}

type Ended = Extract<PairingState, { stage: 'ended' }>['reason']

const ended = (reason: Ended): OldStep => ({
  next: undefined,
  act: reason === 'mismatch' ? { type: 'call-off' } : undefined,
  state: { stage: 'ended', side: 'old', reason },
})

const sameDevice = (one: Transcript['device'], other: Transcript['device']): boolean =>
  one.name === other.name &&
  one.platform === other.platform &&
  one.publicKey === other.publicKey &&
  one.exchangeKey === other.exchangeKey

/** The new device as it was first told of, or undefined where the server now tells of another. */
const joinedOf = (
  { joined }: OldPairing,
  { device, commitment }: Told,
  at: number,
): OldPairing['joined'] | undefined => {
  if (device === null || commitment === null) return undefined
  if (joined === null) return { device, commitment, at }
  return joined.commitment === commitment && sameDevice(joined.device, device) ? joined : undefined
}

const shown = (joined: NonNullable<OldPairing['joined']>) => {
  const { name, platform } = joined.device
  return { name, platform, at: joined.at }
}

/** Once the commitment is open: the numbers, and whether the devices have compared them by the secret of the QR code. */
const compare = async (own: OldPairing, told: Told, joined: NonNullable<OldPairing['joined']>): Promise<OldStep> => {
  const { device, commitment } = joined
  const opening = own.opening ?? told.opening
  if (opening === null || opening !== told.opening) return ended('mismatch')
  if ((await commitmentOf(device, opening)) !== commitment) return ended('mismatch')
  const { id: pairing, serverKey, answerKey, answerNonce } = own
  const transcript = { pairing, serverKey, device, commitment, opening, answerKey, answerNonce }
  const checked = await isProof(own.secret, 'new', transcript, told.newProof)
  if (told.newProof !== null && !checked) return ended('mismatch')
  const next = { ...own, joined, opening }
  const about = { side: 'old', device: shown(joined) } as const
  if (told.stage === 'finished') {
    return own.approved ? { next: undefined, act: undefined, state: { stage: 'done', ...about } } : ended('mismatch')
  }
  if (own.approved) {
    const act = { type: 'approve', proof: await proofOf(own.secret, 'old', transcript), transcript } as const
    return { next, act: told.stage === 'opened' ? act : undefined, state: { stage: 'approved', ...about } }
  }
  if (told.stage === 'approved') return ended('mismatch')
  const numbers = await numbersOf(transcript)
  const state = { stage: 'comparing', ...about, numbers, checked, expiresAt: own.expiresAt } as const
  return { next, act: undefined, state }
}

export const offeredState = ({ words, qr, expiresAt }: OldPairing): PairingState => ({
  stage: 'offered',
  side: 'old',
  words,
  qr,
  expiresAt,
})

/** What comes of what the server tells. Pure: the same again gives the same again, however often a worker is killed. */
export const stepOld = async (own: OldPairing, told: Told, now: number): Promise<OldStep> => {
  if (told.stage === 'burned') return ended(own.joined === null ? 'guessed' : 'left')
  if (told.stage === 'waiting') {
    return own.joined === null ? { next: own, act: undefined, state: offeredState(own) } : ended('mismatch')
  }
  const joined = joinedOf(own, told, now)
  if (joined === undefined || joined === null) return ended('mismatch')
  const next = { ...own, joined }
  const state = { stage: 'joined', side: 'old', device: shown(joined), expiresAt: own.expiresAt } as const
  if (told.stage === 'redeemed') {
    return { next, act: { type: 'answer', key: own.answerKey, nonce: own.answerNonce }, state }
  }
  if (told.answerKey !== own.answerKey || told.answerNonce !== own.answerNonce) return ended('mismatch')
  return told.stage === 'answered' ? { next, act: undefined, state } : compare(own, told, joined)
}
