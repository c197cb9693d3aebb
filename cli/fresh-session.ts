import * as v from 'valibot'
import { toBase64url, utf8 } from '../src/base/bytes.ts'
import { signWith } from '../src/crypto/primitives.ts'
import { renewalStatement } from '../src/protocol/device-statement.ts'
import { askOpenly } from './api.ts'
import { Failure } from './failure.ts'
import { proofsOf, refresh } from './provider.ts'
import { alone, endSession, isEnded, readSession, removeSession, type Session, writeSession } from './session-file.ts'

/** A token that would end on the way is renewed first. */
const margin = 60_000

/**
 * For so long a refresh whose answer was lost is asked for again with the same token. The server answers it for 60 seconds after it
 * has taken the token, and takes it for stolen after that; a request takes 15 seconds at most.
 */
const grace = 45_000

const challengeSchema = v.object({ challenge: v.string(), time: v.number() })
const renewedSchema = v.object({ refreshToken: v.string() })

/** A refresh token by the key of this device (docs/devices.md); undefined where the server gives none for it. */
const renewByKey = async ({ server, device, deviceKey, proofKey }: Session): Promise<string | undefined> => {
  if (device === undefined) return undefined
  const { id: deviceId, serverKey } = device
  try {
    const asked = await askOpenly(server, 'POST', '/auth/challenge', { deviceId })
    const { challenge, time } = v.parse(challengeSchema, asked)
    const jkt = await (await proofsOf(proofKey)).calculateThumbprint()
    const key = await crypto.subtle.importKey('jwk', deviceKey, 'Ed25519', false, ['sign'])
    const statement = renewalStatement({ challenge, deviceId, serverKey, jkt, time })
    const signature = toBase64url(await signWith(key)(utf8(statement)))
    const answer = await askOpenly(server, 'POST', '/auth/verify', { deviceId, challenge, signature, jkt })
    return v.parse(renewedSchema, answer).refreshToken
  } catch (thrown) {
    if (!(thrown instanceof Failure) || thrown.code === 'SERVER_UNAVAILABLE') throw new Failure('SERVER_UNAVAILABLE')
    if (thrown.code === 'PAIRING_LIMITED') throw new Failure('SERVER_UNAVAILABLE')
    if (thrown.reply === 'device_removed') throw new Failure('DEVICE_REMOVED')
    return undefined
  }
}

/** Refreshes by the token that is in the file; that it goes out is written down before. */
const refreshWritten = async (session: Session): Promise<Session> => {
  const marked = { ...session, refreshingSince: session.refreshingSince ?? Date.now() }
  await writeSession(marked)
  const renewed = { ...session, ...(await refresh(marked)), refreshingSince: undefined }
  await writeSession(renewed)
  return renewed
}

/** By a token that the key of the device has brought, on the disk before it is used; undefined where it brings none. */
const refreshByKey = async (session: Session): Promise<Session | undefined> => {
  const token = await renewByKey(session)
  return token === undefined
    ? undefined
    : refreshWritten({ ...session, access: '', expiresAt: 0, refresh: token, refreshingSince: undefined })
}

const isOver = (thrown: unknown): boolean => thrown instanceof Failure && thrown.code === 'SESSION_ENDED'

const renew = async (session: Session): Promise<Session> => {
  const since = session.refreshingSince
  // Killed, or cut off, too long ago: the token may be spent, and a spent one would end the session.
  const mayBeSpent = since !== undefined && Math.abs(Date.now() - since) > grace
  const byKey = mayBeSpent ? await refreshByKey(session) : undefined
  if (byKey !== undefined) return byKey
  try {
    return await refreshWritten(session)
  } catch (thrown) {
    const again = isOver(thrown) && !mayBeSpent ? await refreshByKey(session) : undefined
    if (again === undefined) throw thrown
    return again
  }
}

export const isFresh = ({ expiresAt }: Session): boolean => expiresAt - Date.now() > margin

/** The session, its access token good. Two commands never refresh at once, and the second takes what the first got. */
export const freshSession = (): Promise<Session> =>
  alone(async () => {
    const session = await readSession()
    if (session === undefined || isEnded(session)) throw new Failure('NOT_SIGNED_IN')
    if (isFresh(session)) return session
    try {
      return await renew(session)
    } catch (error) {
      if (isOver(error)) await endSession(session)
      if (error instanceof Failure && error.code === 'DEVICE_REMOVED') await removeSession()
      throw error
    }
  })
