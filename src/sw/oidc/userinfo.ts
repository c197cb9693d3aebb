import * as oauth from 'oauth4webapi'
import { reveal } from '../../base/secret.ts'
import { HoldfastError } from '../../protocol/errors.ts'
import type { Account } from '../../protocol/messages.ts'
import type { Tokens } from '../records.ts'
import { clientOf } from './authorization.ts'
import { wireOptions } from './discovery.ts'
import type { TokenCall } from './tokens.ts'

const text = (value: unknown): string | null => (typeof value === 'string' && value !== '' ? value : null)

/** Name and address as claims of an ID token or of UserInfo say them (OIDC Core §5.1). */
export const accountOf = (claims: oauth.IDToken | oauth.UserInfoResponse): Account => ({
  sub: claims.sub,
  name: text(claims.name) ?? text(claims.preferred_username),
  email: text(claims.email),
})

/** Asked for and not told; an access token for another resource is none for this endpoint (RFC 8707). */
const isWanted = ({ provider, server }: TokenCall, account: Account): boolean => {
  const scopes = provider.scope.split(' ')
  const lacks =
    (scopes.includes('profile') && account.name === null) || (scopes.includes('email') && account.email === null)
  return lacks && server.userinfo_endpoint !== undefined && provider.resource === undefined
}

const ask = async (call: TokenCall, tokens: Tokens): Promise<Response> => {
  const { provider, server, wire, proofs } = call
  const dpop = tokens.type === 'dpop' && proofs !== undefined ? { DPoP: proofs.handle } : {}
  const options = { ...wireOptions(wire), ...dpop }
  const send = () => oauth.userInfoRequest(server, clientOf(provider), reveal(tokens.access), options)
  const response = await send()
  const asked = response.status === 401 && /\buse_dpop_nonce\b/.test(response.headers.get('www-authenticate') ?? '')
  return asked ? send() : response
}

/**
 * The account with what the ID token did not say (OIDC Core §5.3). Who it is, is the ID token's alone: UserInfo of another
 * subject refuses the sign-in with SIGN_IN_MISMATCH, as does one that cannot be read. An endpoint that is away or gives
 * nothing leaves the account as it is.
 */
export const withUserInfo = async (call: TokenCall, tokens: Tokens, account: Account): Promise<Account> => {
  if (!isWanted(call, account)) return account
  try {
    const response = await ask(call, tokens)
    if (response.status !== 200) return account
    const { server, provider } = call
    const told = accountOf(await oauth.processUserInfoResponse(server, clientOf(provider), account.sub, response))
    return { sub: account.sub, name: account.name ?? told.name, email: account.email ?? told.email }
  } catch (cause) {
    if (cause instanceof HoldfastError && cause.code === 'PROVIDER_UNAVAILABLE') return account
    throw cause instanceof HoldfastError ? cause : new HoldfastError('SIGN_IN_MISMATCH', { cause })
  }
}
