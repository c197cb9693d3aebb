import * as oauth from 'oauth4webapi'
import { type Clock, seconds } from '../../base/clock.ts'
import { reveal, type Secret } from '../../base/secret.ts'

/** Makes DPoP proofs (RFC 9449 §4.2) with one key, and remembers the nonces that servers ask for. */
export type Proofs = {
  /** For the endpoints of the provider. */
  readonly handle: oauth.DPoPHandle
  thumbprint(): Promise<string>
  /** `Authorization` and `DPoP` for one request to a resource (RFC 9449 §7.1). */
  authorize(access: Secret, method: string, url: URL): Promise<Headers>
  /** Takes a `DPoP-Nonce` over (RFC 9449 §8). True where it was a new one. */
  learn(url: URL, nonce: string | null): boolean
}

const mostNonces = 50

/** `skew`: milliseconds that the servers' clocks are ahead of ours. */
export const createProofs = (pair: CryptoKeyPair, clock: Clock, skew: () => number): Proofs => {
  const nonces = new Map<string, string>()
  const handle = oauth.DPoP({}, pair, {
    [oauth.modifyAssertion](_header, payload) {
      payload.iat = seconds(clock() + skew())
      const nonce = typeof payload.htu === 'string' ? nonces.get(new URL(payload.htu).origin) : undefined
      if (nonce !== undefined) payload.nonce = nonce
    },
  })
  return {
    handle,
    thumbprint: () => handle.calculateThumbprint(),
    async authorize(access, method, url) {
      let headers = new Headers()
      await oauth.protectedResourceRequest(reveal(access), method, url, undefined, undefined, {
        DPoP: handle,
        [oauth.allowInsecureRequests]: true,
        // The request itself is the caller's to send; here only its headers are wanted.
        [oauth.customFetch]: async (_url: string, init: { headers: HeadersInit }) => {
          headers = new Headers(init.headers)
          return new Response()
        },
      })
      return headers
    },
    learn(url, nonce) {
      if (nonce === null || nonces.get(url.origin) === nonce) return false
      nonces.delete(url.origin)
      const oldest = nonces.keys().next()
      if (nonces.size >= mostNonces && !oldest.done) nonces.delete(oldest.value)
      nonces.set(url.origin, nonce)
      return true
    },
  }
}
