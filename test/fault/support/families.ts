import { decodeJwt } from 'jose'
import { expect } from 'vitest'
import type { Holdfast } from '../../support/holdfast.ts'

/** The refreshes that arrived since the recorder was cleared: which token each came with, and how it was answered. */
export const refreshes = ({ recorder }: Holdfast) =>
  recorder
    .tokenRequests('refresh_token')
    .map(({ form, reply }) => ({ token: form.refresh_token ?? '', status: reply?.status }))

/** The session at the server that an access token is of. */
export const sessionIdOf = (accessToken: string | undefined): string => {
  const { sid } = decodeJwt(accessToken ?? '')
  if (typeof sid !== 'string') throw new Error('This access token is of no session.')
  return sid
}

/** The latest access token is of the sign-in that `before` was of, and the server has raised no alarm over it. */
export const expectSameFamily = async (holdfast: Holdfast, before: string | undefined): Promise<void> => {
  const latest = holdfast.recorder.issued.accessTokens.at(-1)
  expect(latest).not.toBe(before)
  expect(sessionIdOf(latest)).toBe(sessionIdOf(before))
  const session = await holdfast.store.sessions.find(sessionIdOf(latest))
  expect(session?.revokedAt).toBeNull()
}
