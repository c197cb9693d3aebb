import * as oauth from 'oauth4webapi'
import { err, ok, type Result } from '../../base/result.ts'
import { reveal, Secret } from '../../base/secret.ts'
import { HoldfastError } from '../../protocol/errors.ts'
import type { Provider } from '../config.ts'
import { clientOf } from './authorization.ts'

declare const verified: unique symbol

/** Parameters that passed `verifyCallback`; nothing else can be exchanged. They do not outlive the worker. */
export type VerifiedCallback = { readonly parameters: URLSearchParams; readonly [verified]: true }

const refusal = (error: unknown): HoldfastError => {
  if (!(error instanceof oauth.AuthorizationResponseError))
    return new HoldfastError('SIGN_IN_MISMATCH', { cause: error })
  return new HoldfastError(error.error === 'access_denied' ? 'SIGN_IN_CANCELLED' : 'SIGN_IN_REFUSED')
}

/** State, `iss` (RFC 9207), doubled parameters and an error of the provider (RFC 6749 §4.1.2). */
export const verifyCallback = (
  provider: Provider,
  server: oauth.AuthorizationServer,
  parameters: URLSearchParams,
  state: Secret,
): Result<VerifiedCallback, HoldfastError> => {
  try {
    const checked = oauth.validateAuthResponse(server, clientOf(provider), parameters, reveal(state))
    if (checked.getAll('code').length !== 1) return err(new HoldfastError('SIGN_IN_MISMATCH'))
    return ok({ parameters: checked } as VerifiedCallback)
  } catch (error) {
    return err(refusal(error))
  }
}

/** Whether a callback's `state` is the one that was made for a sign-in. */
export const isSameState = (made: Secret, state: string | null): boolean => state !== null && reveal(made) === state

/** A callback as the vault keeps it, should the worker be killed before it is sent on; it is verified again then. */
export const keepParameters = (parameters: URLSearchParams): Secret => new Secret(parameters.toString())
export const keptParameters = (kept: Secret): URLSearchParams => new URLSearchParams(reveal(kept))
