import { createRemoteJWKSet, errors, type JWTVerifyGetKey } from 'jose'
import * as v from 'valibot'
import { isLocal } from '../config-values.ts'
import { ApiError } from './errors.ts'

const patience = 5000
/** How long the keys of an issuer are believed, and how soon they may be asked for again because of one that is not there. */
const keysLife = 600_000
const keysPause = 30_000
/** Between two tries at an issuer that did not answer. */
const retryPause = 2000

const metadataSchema = v.object({ issuer: v.string(), jwks_uri: v.string() })

const away = () => new ApiError('provider_unavailable', { headers: { 'retry-after': '5' } })

/** What a key that cannot be found is, and not an issuer that cannot be asked. */
const isOfTheToken = (error: unknown): boolean =>
  error instanceof errors.JWKSNoMatchingKey ||
  error instanceof errors.JWKSMultipleMatchingKeys ||
  error instanceof errors.JOSENotSupported

const isUsable = (address: string, issuer: string): boolean => {
  const url = URL.parse(address)
  return url?.protocol === 'https:' || (url?.protocol === 'http:' && issuer.startsWith('http:') && isLocal(url.origin))
}

/** The address of an issuer's keys (OIDC Discovery §4). */
const discover = async (issuer: string): Promise<URL> => {
  const address = `${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`
  const response = await fetch(address, { signal: AbortSignal.timeout(patience), redirect: 'error' })
  const { issuer: named, jwks_uri } = v.parse(metadataSchema, await response.json())
  if (named !== issuer || !isUsable(jwks_uri, issuer)) throw new Error('The discovery document is of another issuer.')
  return new URL(jwks_uri)
}

/**
 * The signing keys of an issuer, which it may change at any time: a key that is not known is asked for, twice a minute at
 * most. Rejects with `provider_unavailable` where the issuer does not answer, which is no fault of the token.
 */
export const createIssuerKeys = (issuer: string): JWTVerifyGetKey => {
  let keys: Promise<JWTVerifyGetKey> | undefined

  const load = async (): Promise<JWTVerifyGetKey> => {
    const options = { timeoutDuration: patience, cooldownDuration: keysPause, cacheMaxAge: keysLife }
    return createRemoteJWKSet(await discover(issuer), options)
  }
  const known = (): Promise<JWTVerifyGetKey> => {
    keys ??= load().catch((error) => {
      setTimeout(() => {
        keys = undefined
      }, retryPause).unref()
      throw error
    })
    return keys
  }
  return async (header, token) => {
    try {
      return await (await known())(header, token)
    } catch (error) {
      throw isOfTheToken(error) ? error : away()
    }
  }
}
