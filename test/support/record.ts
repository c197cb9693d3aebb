import { createFaults } from './faults.ts'
import { createIssued } from './issued.ts'
import type { Recorded, Reply } from './recorded.ts'

/** True for a request that asks the provider for tokens (RFC 6749 §3.2). */
export const isTokenRequest = ({ site, method, form }: Recorded): boolean =>
  site === 'id' && method === 'POST' && form.grant_type !== undefined

/** True for a request that asks the provider for tokens with a refresh token (RFC 6749 §6). */
export const isRefresh = (request: Recorded): boolean =>
  isTokenRequest(request) && request.form.grant_type === 'refresh_token'

/** Writes down what arrives at both origins, takes copies of what is issued, and says what shall go wrong. */
export const createRecorder = () => {
  const requests: Recorded[] = []
  const faults = createFaults()
  const { issued, ofRequest, ofReply, secrets } = createIssued()
  return {
    /** Every request at both origins, in the order of arrival. */
    requests,
    /** Copies of what was issued and sent. */
    issued,
    /** All of `issued` in one list. */
    secrets,
    ...faults,
    /** Requests at the token endpoint, all or those of one grant type. */
    tokenRequests: (grant?: string): readonly Recorded[] =>
      requests.filter((one) => isTokenRequest(one) && (grant === undefined || one.form.grant_type === grant)),
    /** Forgets the requests so far; what was issued stays known. */
    clear() {
      requests.length = 0
    },
    arrived(request: Recorded) {
      requests.push(request)
      ofRequest(request)
      return faults.take(request)
    },
    replied(request: Recorded, reply: Reply) {
      request.reply = reply
      ofReply(request)
    },
  }
}

export type Recorder = ReturnType<typeof createRecorder>
