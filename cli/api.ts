import * as oauth from 'oauth4webapi'
import * as v from 'valibot'
import type { Bytes } from '../src/base/bytes.ts'
import { refusalSchema } from '../src/pairing/told.ts'
import { Failure } from './failure.ts'
import { nonceOnce, options, proofsOfSession } from './provider.ts'
import type { Session } from './session-file.ts'

/** A text is JSON. `limit`: milliseconds. */
export type Sent = { readonly method: string; readonly body?: string | Bytes; readonly limit?: number }

/** The answer of the API, whatever it is. Rejects where none came. */
export const answerOf = async (session: Session, path: string, { method, body, limit }: Sent): Promise<Response> => {
  const proofs = await proofsOfSession(session)
  const url = new URL(`${session.server}/api/v1${path}`)
  const answered = nonceOnce(() => {
    const { headers, ...rest } = options(session.server, limit)
    const type = typeof body === 'string' ? 'application/json' : 'application/octet-stream'
    if (body !== undefined) headers.set('content-type', type)
    const common = { ...rest, ...(proofs === undefined ? {} : { DPoP: proofs }) }
    return oauth.protectedResourceRequest(session.access, method, url, headers, body, common)
  })
  return answered.catch((error: unknown) => {
    if (error instanceof oauth.WWWAuthenticateChallengeError) return error.response
    throw error
  })
}

/** The answer. Throws SESSION_ENDED, SERVER_UNAVAILABLE, or REFUSED with the code that the server has said. */
const read = async (response: Response): Promise<unknown> => {
  if (response.status === 401) throw new Failure('SESSION_ENDED')
  if (response.status >= 500 || response.status === 429) throw new Failure('SERVER_UNAVAILABLE')
  const body: unknown = await response.json().catch(() => undefined)
  if (response.ok) return body
  const refusal = v.safeParse(refusalSchema, body)
  throw new Failure('REFUSED', { reply: refusal.success ? refusal.output.error.code : undefined })
}

/** Asks the API without credentials. */
export const askOpenly = async (server: string, method: string, path: string, body?: unknown): Promise<unknown> => {
  const { headers, signal } = options(server)
  if (body !== undefined) headers.set('content-type', 'application/json')
  const text = body === undefined ? null : JSON.stringify(body)
  const sent = fetch(`${server}/api/v1${path}`, { method, headers, signal, body: text, redirect: 'error' })
  const response = await sent.catch(() => {
    throw new Failure('SERVER_UNAVAILABLE')
  })
  if (response.status === 429) throw new Failure('PAIRING_LIMITED')
  return read(response)
}

/** Asks the API. Throws SESSION_ENDED where the token is good no more, SERVER_UNAVAILABLE, REFUSED. */
export const ask = async (session: Session, method: string, path: string, body?: unknown): Promise<unknown> => {
  const content = body === undefined ? {} : { body: JSON.stringify(body) }
  const response = await answerOf(session, path, { method, ...content }).catch(() => {
    throw new Failure('SERVER_UNAVAILABLE')
  })
  return read(response)
}
