import { generateKeyPairSync, sign } from 'node:crypto'
import { createInterface } from 'node:readline/promises'
import { setTimeout as pause } from 'node:timers/promises'
import encodeQR from 'qr'
import * as v from 'valibot'
import { fromBase64url } from '../src/base/bytes.ts'
import { commitmentOf, keyHash, newNonce } from '../src/crypto/pairing.ts'
import { openAnchor, sealAnchor } from '../src/crypto/pairing-log.ts'
import { type NewPairing, stepNew, transcriptOf } from '../src/pairing/new-device.ts'
import { type OldAct, type OldPairing, stepOld } from '../src/pairing/old-device.ts'
import { finishedSchema, offeredSchema, redeemedSchema, serverSchema, toldSchema } from '../src/pairing/told.ts'
import { pairingStatement } from '../src/protocol/device-statement.ts'
import type { PairingEnd, PairingState } from '../src/protocol/messages.ts'
import { looksLikeWords, readCode, writePairingCode } from '../src/protocol/pairing-code.ts'
import type { Identity } from '../src/sync/keys.ts'
import { status } from './account.ts'
import { ask, askOpenly } from './api.ts'
import { Failure, type FailureCode } from './failure.ts'
import { freshSession } from './fresh-session.ts'
import { plain } from './plain.ts'
import { aboutOf, newProofKey, proofsOf } from './provider.ts'
import type { Result } from './result.ts'
import { alone, isEnded, readSession, type Session, writeSession } from './session-file.ts'
import { exchangePairOf, nameOfThis, newExchangeKey, platformOfThis } from './sync/identity.ts'
import { admit } from './sync/unlock.ts'

/** Between two looks, in milliseconds. */
const every = 1000

const life = 300_000

const say = (text: string): void => {
  process.stderr.write(`${text}\n`)
}

const ends: { readonly [E in PairingEnd]: FailureCode } = {
  expired: 'PAIRING_EXPIRED',
  guessed: 'PAIRING_GUESSED',
  left: 'PAIRING_LEFT',
  refused: 'PAIRING_REFUSED',
  mismatch: 'PAIRING_MISMATCH',
  interrupted: 'PAIRING_INTERRUPTED',
}

const missed: Readonly<Record<string, FailureCode>> = {
  not_found: 'PAIRING_UNKNOWN',
  pairing_late: 'PAIRING_EXPIRED',
  pairing_used: 'PAIRING_USED',
}

/** What a refusal of the server means here. */
const orFailure = async <T>(work: Promise<T>, codes: Readonly<Record<string, FailureCode>>): Promise<T> =>
  work.catch((thrown: unknown) => {
    const code = thrown instanceof Failure && thrown.reply !== undefined ? codes[thrown.reply] : undefined
    throw code === undefined ? thrown : new Failure(code)
  })

/** Calls off what is under way when the command is ended by hand. */
const callOffOnEnd = (callOff: () => Promise<unknown>): (() => void) => {
  const end = () => {
    void callOff()
      .catch(() => undefined)
      .finally(() => process.exit(130))
  }
  process.once('SIGINT', end)
  return () => process.off('SIGINT', end)
}

const confirms = async (question: string): Promise<boolean> => {
  const terminal = createInterface({ input: process.stdin, output: process.stderr })
  const closed = new Promise<string>((resolve) => terminal.once('close', () => resolve('')))
  try {
    const answer = await Promise.race([terminal.question(question), closed])
    return /^(y|yes)$/i.test(answer.trim())
  } finally {
    terminal.close()
  }
}

const askToApprove = (state: Extract<PairingState, { stage: 'comparing'; side: 'old' }>): Promise<boolean> => {
  const { device, numbers, checked } = state
  say(`\n${plain(device.name)} (${plain(device.platform)}) asks to be let in to your account.`)
  say(`\n    ${numbers.join('  ')}\n`)
  say(checked ? 'The devices have compared these numbers themselves.' : 'The new device has to show the same numbers.')
  return confirms('Let it in? [y/N] ')
}

type Offer = { readonly own: OldPairing; readonly exchange: Identity['exchange'] }

const beginOffer = async (session: Session): Promise<Offer> => {
  const recent = { recent_sign_in_required: 'SIGN_IN_AGAIN' } as const
  const { id, words } = v.parse(offeredSchema, await orFailure(ask(session, 'POST', '/pairings'), recent))
  const { identityKey } = v.parse(serverSchema, await askOpenly(session.server, 'GET', '/server'))
  const { publicKey: answerKey, jwk } = newExchangeKey()
  const secret = newNonce()
  const qr = writePairingCode({ server: session.server, id, secret, keyHash: await keyHash(answerKey) })
  const own: OldPairing = {
    side: 'old',
    id,
    words,
    qr,
    secret,
    serverKey: identityKey.x,
    expiresAt: Date.now() + life,
    answerKey,
    answerNonce: newNonce(),
    joined: null,
    opening: null,
    approved: false,
  }
  return { own, exchange: await exchangePairOf(jwk) }
}

const pairedOf = ({ name, platform, publicKey, exchangeKey }: JoinedDevice) => {
  const [signKey, receives] = [fromBase64url(publicKey), fromBase64url(exchangeKey)]
  if (signKey === undefined || receives === undefined) throw new Failure('PAIRING_MISMATCH')
  return { name, platform, signKey, exchangeKey: receives }
}

/** What goes with the yes. The new device is in the log before it is told that it may come in: it finds its keys there. */
const approval = async (session: Session, own: Identity['exchange'], { proof, transcript }: Approve) => {
  const anchor = await admit(session, pairedOf(transcript.device))
  return { proof, logEntry: anchor === undefined ? null : await sealAnchor(own, transcript, anchor) }
}

const followOffer = async (session: Session, { own: begun, exchange }: Offer): Promise<string> => {
  const path = `/pairings/${begun.id}`
  const callOff = () => ask(session, 'DELETE', path)
  let own = begun
  for (;;) {
    const told = v.parse(toldSchema, await orFailure(ask(session, 'GET', path), { not_found: 'PAIRING_EXPIRED' }))
    const { next, act, state } = await stepOld(own, told, Date.now())
    if (act?.type === 'call-off') await callOff()
    else if (act !== undefined) {
      const body = act.type === 'answer' ? { key: act.key, nonce: act.nonce } : await approval(session, exchange, act)
      await ask(session, 'POST', `${path}/${act.type}`, body)
    }
    if (state.stage === 'done' && state.side === 'old') return state.device.name
    if (state.stage === 'ended') throw new Failure(ends[state.reason])
    own = next ?? own
    if (state.stage === 'comparing' && state.side === 'old') {
      if (!(await askToApprove(state))) {
        await callOff()
        throw new Failure('PAIRING_DECLINED')
      }
      own = { ...own, approved: true }
    } else await pause(every)
  }
}

/** Lets another device in. Answers its name. */
const offer = async (): Promise<string> => {
  const session = await freshSession()
  const begun = await beginOffer(session)
  const { own } = begun
  say(encodeQR(own.qr, 'term', { ecc: 'low' }))
  say(`On the new device: scan this, or type ${own.words}\nGood for five minutes and one device.`)
  const forget = callOffOnEnd(() => ask(session, 'DELETE', `/pairings/${own.id}`))
  try {
    return await followOffer(session, begun)
  } finally {
    forget()
  }
}

type JoinedDevice = NonNullable<OldPairing['joined']>['device']
type Approve = Extract<OldAct, { type: 'approve' }>

type Keys = Pick<Session, 'proofKey' | 'deviceKey' | 'exchangeKey'>

const beginJoin = async (text: string, given: string) => {
  const code = readCode(text)
  if (code === undefined && !looksLikeWords(text)) throw new Failure('USAGE')
  const server = code?.server ?? given
  const { privateKey } = generateKeyPairSync('ed25519')
  const deviceKey = { ...privateKey.export({ format: 'jwk' }) }
  const exchange = newExchangeKey()
  const device = {
    name: nameOfThis(),
    platform: platformOfThis,
    publicKey: String(deviceKey.x),
    exchangeKey: exchange.publicKey,
  }
  const opening = newNonce()
  const { identityKey } = v.parse(serverSchema, await askOpenly(server, 'GET', '/server'))
  const commitment = await commitmentOf(device, opening)
  const body = { lookUp: code?.id ?? text.trim(), clientId: 'desktop', ...device, commitment }
  const { id, ticket } = v.parse(
    redeemedSchema,
    await orFailure(askOpenly(server, 'POST', '/pairings/redeem', body), missed),
  )
  const said = code === undefined ? null : { secret: code.secret, keyHash: code.keyHash }
  const own: NewPairing = {
    side: 'new',
    id,
    ticket,
    serverKey: identityKey.x,
    device,
    opening,
    code: said,
    answer: null,
  }
  const keys: Keys = { proofKey: await newProofKey(), deviceKey, exchangeKey: exchange.jwk }
  return { server, own, keys, privateKey }
}

type Joining = Awaited<ReturnType<typeof beginJoin>>

/** What the other device has said of the device log: without it no log that names this machine is believed. */
const logsOf = async (own: NewPairing, { exchangeKey }: Keys, logEntry: string | null): Promise<Session['logs']> => {
  const transcript = await transcriptOf(own)
  if (logEntry === null || transcript === undefined || exchangeKey === undefined) return []
  const anchor = await openAnchor(await exchangePairOf(exchangeKey), transcript, logEntry)
  return anchor === undefined ? [] : [anchor]
}

/** The session is on the disk before it is used: whatever becomes of its first refresh, that is asked for again. */
const finish = async ({ server, own, keys, privateKey }: Joining): Promise<void> => {
  const jkt = await (await proofsOf(keys.proofKey)).calculateThumbprint()
  const signature = sign(null, Buffer.from(pairingStatement(own.id, own.serverKey, jkt)), privateKey)
  const body = { ticket: own.ticket, jkt, signature: signature.toString('base64url') }
  const { refreshToken, deviceId, logEntry } = v.parse(
    finishedSchema,
    await askOpenly(server, 'POST', '/pairings/finish', body),
  )
  const logs = await logsOf(own, keys, logEntry)
  const { issuer, clientId } = await aboutOf(server)
  const about = { server, issuer, clientId, isBound: true }
  const device = { id: deviceId, serverKey: own.serverKey }
  await writeSession({ ...about, ...keys, device, logs, sealed: [], access: '', expiresAt: 0, refresh: refreshToken })
}

/** Where the answer does not arrive the step is taken again with the same keys (docs/decisions/120). */
const finishAgain = async (joining: Joining, left = 5): Promise<void> => {
  try {
    await finish(joining)
  } catch (thrown) {
    if (left === 0 || !(thrown instanceof Failure) || thrown.code !== 'SERVER_UNAVAILABLE') throw thrown
    await pause(every)
    await finishAgain(joining, left - 1)
  }
}

const followJoin = async (joining: Joining): Promise<void> => {
  const { server, own: begun } = joining
  const path = `/pairings/${begun.ticket}`
  let own = begun
  let shown = false
  for (;;) {
    const told = v.parse(toldSchema, await orFailure(askOpenly(server, 'GET', path), { not_found: 'PAIRING_EXPIRED' }))
    const { next, act, state } = await stepNew(own, told)
    own = next ?? own
    if (state.stage === 'comparing' && !shown) {
      say(`\n    ${state.numbers.join('  ')}\n`)
      say(
        state.checked
          ? 'Approve on the other device.'
          : 'Compare these numbers with the other device, and approve there.',
      )
      shown = true
    }
    if (act?.type === 'call-off') await askOpenly(server, 'DELETE', path)
    if (act?.type === 'open') {
      const { opening, proof } = act
      await askOpenly(server, 'POST', '/pairings/open', { ticket: own.ticket, opening, proof })
    }
    if (state.stage === 'ended') throw new Failure(ends[state.reason])
    if (act?.type === 'finish') {
      await alone(() => finishAgain({ ...joining, own }))
      return
    }
    await pause(every)
  }
}

/** Signs in here by another device: with its words, or the text of its QR code. */
const join = async (text: string, server: string): Promise<void> => {
  const before = await readSession()
  if (before !== undefined && !isEnded(before)) throw new Failure('SIGNED_IN')
  const joining = await beginJoin(text, server)
  say('Waiting for the other device …')
  const forget = callOffOnEnd(() => askOpenly(joining.server, 'DELETE', `/pairings/${joining.own.ticket}`))
  try {
    await followJoin(joining)
  } finally {
    forget()
  }
}

/** Without words this device lets another one in; with words another one lets this one in. */
export const pair = async (words: readonly string[], server: string): Promise<Result> => {
  if (words.length === 0) {
    const name = await offer()
    return { json: { paired: name }, text: `${plain(name)} is signed in.` }
  }
  await join(words.join(' '), server)
  return status()
}
