import * as v from 'valibot'
import { desktopClient, extensionClient, webClient } from '../../config.ts'
import type { PairingService } from '../../pairing/pairing.ts'
import { type Pairing, stages } from '../../store/pairings.ts'
import { pairingLife } from '../../store/store.ts'
import type { Caller } from '../credentials.ts'
import { ApiError } from '../errors.ts'
import { asksForEvents, eventStream } from '../event-stream.ts'
import { forAnyone, forCaller, forEither, type Route } from '../route.ts'
import { bytes, idParams, iso, platform, text, time } from '../shapes.ts'
import { needRecentSignIn } from './account.ts'

const nullable = (length: number) => v.nullable(bytes(length))
/** What the server passes on and cannot read. */
const sealed = (longest: number) => v.nullable(v.pipe(v.string(), v.regex(/^[\w-]*$/), v.maxLength(longest)))

const state = v.object({
  id: v.string(),
  stage: v.picklist(stages),
  expiresAt: time,
  device: v.nullable(
    v.object({ name: v.string(), platform: v.string(), publicKey: bytes(32), exchangeKey: bytes(32) }),
  ),
  commitment: nullable(32),
  answerKey: nullable(32),
  answerNonce: nullable(32),
  opening: nullable(32),
  newProof: nullable(32),
  oldProof: nullable(32),
})

const shown = (pairing: Pairing) => {
  const { id, createdAt, name, platform, publicKey, exchangeKey } = pairing
  const isRedeemed = name !== null && platform !== null && publicKey !== null && exchangeKey !== null
  return {
    id,
    stage: stages.find((one) => one === pairing.stage) ?? ('burned' as const),
    expiresAt: iso(createdAt + pairingLife),
    device: isRedeemed ? { name, platform, publicKey, exchangeKey } : null,
    commitment: pairing.commitment,
    answerKey: pairing.answerKey,
    answerNonce: pairing.answerNonce,
    opening: pairing.opening,
    newProof: pairing.newProof,
    oldProof: pairing.oldProof,
  }
}

const perMinute = (count: number) => ({ burst: count, interval: 60_000 / count, longest: 60_000 / count })
/** Guesses at words from one address; the wait doubles. */
const guesses = { burst: 5, interval: 12_000, longest: 900_000 }

const oldDevice = (service: PairingService): readonly Route[] => {
  const own = async ({ account }: Caller, id: string): Promise<Pairing> => {
    const found = await service.find(account.id, id)
    if (found === undefined) throw new ApiError('not_found')
    return found
  }
  const done = v.object({ done: v.literal(true) })
  const moved = (yes: boolean) => {
    if (!yes) throw new ApiError('pairing_out_of_step')
    return { done: true } as const
  }
  return [
    forCaller(
      {
        method: 'POST',
        path: '/pairings',
        summary: 'Begins to add a device: words that are good for five minutes, one use and five guesses.',
        reply: v.object({ id: v.string(), words: v.string(), expiresAt: time }),
        status: 201,
        errors: ['recent_sign_in_required'],
        limit: perMinute(5),
      },
      async (caller) => {
        needRecentSignIn(caller)
        const { id, words, expiresAt } = await service.create(caller.account.id)
        return { id, words, expiresAt: iso(expiresAt) }
      },
    ),
    forCaller(
      {
        method: 'POST',
        path: '/pairings/:id/answer',
        summary: "The old device's key and nonce, once the new one has committed itself.",
        params: idParams,
        body: v.object({ key: bytes(32), nonce: bytes(32) }),
        reply: done,
        errors: ['pairing_out_of_step'],
      },
      async (caller, { params, body: { key, nonce } }) =>
        moved(await service.answer(await own(caller, params.id), key, nonce)),
    ),
    forCaller(
      {
        method: 'POST',
        path: '/pairings/:id/approve',
        summary: 'Lets the new device in. What is sealed for it is passed on as it is.',
        params: idParams,
        body: v.object({
          wrappedKey: v.optional(sealed(2000), null),
          logEntry: v.optional(sealed(8000), null),
          proof: v.optional(nullable(32), null),
        }),
        reply: done,
        errors: ['pairing_out_of_step'],
      },
      async (caller, { params, body }) => moved(await service.approve(await own(caller, params.id), body)),
    ),
  ]
}

const missed = { unknown: 'not_found', late: 'pairing_late', used: 'pairing_used' } as const

const newDevice = (service: PairingService): readonly Route[] => {
  const byTicket = async (ticket: string): Promise<Pairing> => {
    const found = await service.findByTicket(ticket)
    if (found === undefined) throw new ApiError('not_found')
    return found
  }
  const userAgentOf = (request: Request): string => request.headers.get('user-agent') ?? ''
  return [
    forAnyone(
      {
        method: 'POST',
        path: '/pairings/redeem',
        summary: 'The new device comes with words, or the id of a QR code. The ticket is its own from then on.',
        body: v.object({
          lookUp: text(64),
          clientId: v.picklist([webClient, extensionClient, desktopClient]),
          name: text(80),
          platform,
          publicKey: bytes(32),
          exchangeKey: bytes(32),
          commitment: bytes(32),
        }),
        reply: v.object({ id: v.string(), ticket: bytes(32) }),
        status: 201,
        errors: ['not_found', 'pairing_late', 'pairing_used'],
        limit: guesses,
      },
      async ({ body: { lookUp, ...device }, request, address }) => {
        const redeemed = await service.redeem(lookUp, { ...device, address, userAgent: userAgentOf(request) })
        if ('missed' in redeemed) throw new ApiError(missed[redeemed.missed])
        return redeemed
      },
    ),
    forAnyone(
      {
        method: 'POST',
        path: '/pairings/open',
        summary: 'The new device opens its commitment, once it has the answer.',
        body: v.object({ ticket: bytes(32), opening: bytes(32), proof: v.optional(nullable(32), null) }),
        reply: state,
        errors: ['not_found', 'pairing_out_of_step'],
        limit: perMinute(30),
      },
      async ({ body: { ticket, opening, proof } }) => {
        const pairing = await byTicket(ticket)
        if (!(await service.open(pairing, opening, proof))) throw new ApiError('pairing_out_of_step')
        return shown(await byTicket(ticket))
      },
    ),
    forAnyone(
      {
        method: 'POST',
        path: '/pairings/finish',
        summary: 'The session of the new device, once it was let in. The refresh token goes to the token endpoint.',
        body: v.object({ ticket: bytes(32), jkt: bytes(32), signature: bytes(64) }),
        reply: v.object({
          refreshToken: v.string(),
          deviceId: v.string(),
          wrappedKey: v.nullable(v.string()),
          logEntry: v.nullable(v.string()),
        }),
        errors: ['not_found', 'pairing_out_of_step'],
        limit: perMinute(30),
      },
      async ({ body: { ticket, jkt, signature }, request, address }) => {
        const from = { userAgent: userAgentOf(request), address }
        const finished = await service.finish(await byTicket(ticket), jkt, signature, from)
        if (finished === undefined) throw new ApiError('pairing_out_of_step')
        return finished
      },
    ),
  ]
}

const isOver = ({ stage }: Pairing): boolean => stage === 'finished' || stage === 'burned'

type IsLive = (sessionId: string) => Promise<boolean>

/** By its id for the old device, by its ticket for the new one. `isLive`: whether a session has not ended. */
const forBoth = (service: PairingService, isLive: IsLive): readonly Route[] => {
  const seek = async (caller: Caller | undefined, id: string): Promise<Pairing | undefined> => {
    const own = caller === undefined ? undefined : await service.find(caller.account.id, id)
    return own ?? service.findByTicket(id)
  }
  const find = async (caller: Caller | undefined, id: string): Promise<Pairing> => {
    const found = await seek(caller, id)
    if (found === undefined) throw new ApiError('not_found')
    return found
  }
  const watched = (pairing: Pairing) => ({ value: v.parse(state, shown(pairing)), isLast: isOver(pairing) })
  const look = async (caller: Caller | undefined, id: string) => {
    if (caller !== undefined && !(await isLive(caller.session.id))) return undefined
    const found = await seek(caller, id)
    return found === undefined ? undefined : watched(found)
  }
  return [
    forEither(
      {
        method: 'GET',
        path: '/pairings/:id',
        summary:
          'How far a pairing is: by its id for the old device, by its ticket for the new one. With `Accept: text/event-stream` each step is told as it is made.',
        params: idParams,
        reply: state,
        limit: perMinute(120),
        hasEvents: true,
      },
      async (caller, { params: { id }, request }) => {
        const found = await find(caller, id)
        if (!asksForEvents(request)) return shown(found)
        return eventStream({ first: watched(found), look: () => look(caller, id), longest: pairingLife })
      },
    ),
    forEither(
      {
        method: 'DELETE',
        path: '/pairings/:id',
        summary: 'Calls a pairing off: by its id for the old device, by its ticket for the new one.',
        params: idParams,
        reply: v.object({ done: v.literal(true) }),
      },
      async (caller, { params: { id } }) => {
        const found = await find(caller, id)
        // What is over stays what it was.
        if (found.stage !== 'finished') await service.burn(found)
        return { done: true } as const
      },
    ),
  ]
}

export const pairingRoutes = (service: PairingService, isLive: IsLive): readonly Route[] => [
  ...oldDevice(service),
  ...newDevice(service),
  ...forBoth(service, isLive),
]
