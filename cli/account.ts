import * as v from 'valibot'
import { ask } from './api.ts'
import { Failure } from './failure.ts'
import { freshSession } from './fresh-session.ts'
import { plain } from './plain.ts'
import { revoke } from './provider.ts'
import type { Result } from './result.ts'
import { alone, isEnded, readSession, removeSession } from './session-file.ts'

const statusSchema = v.object({
  user: v.object({ email: v.nullable(v.string()), name: v.nullable(v.string()) }),
  device: v.object({ name: v.string() }),
})

export const status = async (): Promise<Result> => {
  const session = await freshSession()
  const { user, device } = v.parse(statusSchema, await ask(session, 'GET', '/auth/status'))
  const json = { signedIn: true, server: session.server, email: user.email, device: device.name }
  const who = user.email ?? user.name ?? 'Signed in'
  return { json, text: `${plain(who)} at ${session.server}, on ${plain(device.name)}` }
}

/** Tokens and keys are gone after it. Notes that are here stay, and what was not sent waits for the next sign-in. */
export const logout = (): Promise<Result> =>
  alone(async () => {
    const session = await readSession()
    if (session === undefined) throw new Failure('NOT_SIGNED_IN')
    if (isEnded(session)) {
      await removeSession()
      throw new Failure('NOT_SIGNED_IN')
    }
    const told = await revoke(session).then(
      () => true,
      () => false,
    )
    await removeSession()
    const later = ' The server could not be told: remove this device from another one.'
    return { json: { signedOut: true, told }, text: `You are signed out.${told ? '' : later}` }
  })
