import * as v from 'valibot'
import { commitmentOf, isProof, keyHash, numbersOf, proofOf, type Transcript } from '../crypto/pairing.ts'
import type { PairingState } from '../protocol/messages.ts'
import type { Told } from './told.ts'

/** What a device that wants in keeps of a pairing, besides its keys. */
export const newPairingSchema = v.object({
  side: v.literal('new'),
  id: v.string(),
  /** Its own from the redemption on. Without the key of the device it brings no session. */
  ticket: v.string(),
  serverKey: v.string(),
  device: v.object({ name: v.string(), platform: v.string(), publicKey: v.string(), exchangeKey: v.string() }),
  opening: v.string(),
  /** What a QR code said; null where words were typed. */
  code: v.nullable(v.object({ secret: v.string(), keyHash: v.string() })),
  /** Of the old device, once it has answered. */
  answer: v.nullable(v.object({ key: v.string(), nonce: v.string() })),
})

export type NewPairing = v.InferOutput<typeof newPairingSchema>

/** What is to be told to the server after `next` has been stored. */
export type NewAct =
  | { readonly type: 'open'; readonly opening: string; readonly proof: string | null }
  | { readonly type: 'finish' }
  | { readonly type: 'call-off' }

export type NewStep = {
  /** Undefined where it is over. */
  readonly next: NewPairing | undefined
  readonly act: NewAct | undefined
  readonly state: PairingState
}

type Ended = Extract<PairingState, { stage: 'ended' }>['reason']

const ended = (reason: Ended): NewStep => ({
  next: undefined,
  act: reason === 'mismatch' ? { type: 'call-off' } : undefined,
  state: { stage: 'ended', side: 'new', reason },
})

/** The answer of the old device as it was first told, or undefined where it is another, or not of the QR code's device. */
const answerOf = async ({ answer, code }: NewPairing, told: Told): Promise<NewPairing['answer'] | undefined> => {
  const { answerKey: key, answerNonce: nonce } = told
  if (key === null || nonce === null) return undefined
  if (answer !== null) return answer.key === key && answer.nonce === nonce ? answer : undefined
  return code === null || code.keyHash === (await keyHash(key)) ? { key, nonce } : undefined
}

const transcriptWith = async (own: NewPairing, answer: NonNullable<NewPairing['answer']>): Promise<Transcript> => ({
  pairing: own.id,
  serverKey: own.serverKey,
  device: own.device,
  commitment: await commitmentOf(own.device, own.opening),
  opening: own.opening,
  answerKey: answer.key,
  answerNonce: answer.nonce,
})

/** All that was said, once the old device has answered; undefined before. */
export const transcriptOf = async (own: NewPairing): Promise<Transcript | undefined> =>
  own.answer === null ? undefined : transcriptWith(own, own.answer)

export const joinedState: PairingState = { stage: 'joined', side: 'new' }

/** What comes of what the server tells. Pure, as the old device's. The opening is said after the answer alone. */
export const stepNew = async (own: NewPairing, told: Told): Promise<NewStep> => {
  if (told.stage === 'burned') return ended('refused')
  if (told.stage === 'waiting') return ended('mismatch')
  if (told.stage === 'redeemed') {
    return own.answer === null ? { next: own, act: undefined, state: joinedState } : ended('mismatch')
  }
  const answer = await answerOf(own, told)
  if (answer === undefined || answer === null) return ended('mismatch')
  const next = { ...own, answer }
  const transcript = await transcriptWith(own, answer)
  const numbers = await numbersOf(transcript)
  const state = { stage: 'comparing', side: 'new', numbers, checked: own.code !== null } as const
  if (told.stage === 'answered') {
    const proof = own.code === null ? null : await proofOf(own.code.secret, 'new', transcript)
    return { next, act: { type: 'open', opening: own.opening, proof }, state }
  }
  if (told.stage === 'opened') return { next, act: undefined, state }
  // What is finished already is asked for again: its answer did not arrive.
  if (own.code !== null && !(await isProof(own.code.secret, 'old', transcript, told.oldProof))) return ended('mismatch')
  return { next, act: { type: 'finish' }, state }
}
