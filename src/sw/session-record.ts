import { describeDevice } from '../base/device-name.ts'
import { Secret } from '../base/secret.ts'
import type { Account } from '../protocol/messages.ts'
import { limitsOf } from '../session/limits.ts'
import type { Provider } from './config.ts'
import type { Discovery } from './oidc/discovery.ts'
import type { LiveSession, Tokens, WrappedDpopKey } from './records.ts'

export type NewSession = {
  readonly account: Account
  readonly tokens: Tokens
  readonly dpop: WrappedDpopKey | null
  readonly userAgent: string
  readonly provider: Provider
  readonly server: Awaited<ReturnType<Discovery>>
  /** Of the sign-in; a session that a pairing brought has had none. */
  readonly signInState?: Secret
}

/** A session as it begins, however it was got. */
export const newSession = ({ signInState, ...given }: NewSession): LiveSession => {
  const { account, tokens, dpop, userAgent, provider, server } = given
  return {
    status: 'live',
    account,
    device: { id: crypto.randomUUID(), ...describeDevice(userAgent) },
    tokens,
    dpop,
    generation: 0,
    refreshingSince: null,
    signInState: signInState ?? new Secret(crypto.randomUUID()),
    limits: [
      ...limitsOf({
        bound: tokens.type === 'dpop' && dpop !== null,
        refreshes: tokens.refresh !== null,
        revokes: server.revocation_endpoint !== undefined,
        posts: provider.responseMode === 'form_post',
        pushes: server.pushed_authorization_request_endpoint !== undefined,
      }),
    ],
  }
}
