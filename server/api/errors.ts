import type { Context } from 'hono'
import type { ContentfulStatusCode } from 'hono/utils/http-status'
import { isUnavailable, retryAfter } from '../store/unavailable.ts'

/** Stable codes of the API, with their status. */
export const apiErrors = {
  bad_request: [400, 'The request cannot be read.'],
  validation_failed: [400, 'Some fields are not what they should be.'],
  code_invalid: [400, 'The code is wrong, was used before, or is older than 60 seconds. Start the sign-in again.'],
  unsupported_version: [400, 'This version of the API does not exist.'],
  unauthorized: [401, 'Sign in first.'],
  invalid_token: [401, 'The credentials are not valid.'],
  invalid_dpop_proof: [401, 'The proof of possession is not valid.'],
  use_dpop_nonce: [401, 'The proof of possession needs this nonce.'],
  duplicate_request: [409, 'This very request has arrived before.'],
  challenge_failed: [401, 'The challenge was not answered in time, once, and with the key of the device.'],
  recent_sign_in_required: [403, 'This needs a sign-in of the last five minutes.'],
  plan_required: [403, 'The plan of this account does not have this.'],
  device_removed: [403, 'This device was removed from the account.'],
  session_revoked: [403, 'The session of this device was ended. Sign in.'],
  pairing_out_of_step: [409, 'The pairing is not at this step, or the signature does not hold.'],
  pairing_late: [404, 'These words were good for five minutes. Ask for new ones.'],
  pairing_used: [404, 'These words have been used already, or were called off. Ask for new ones.'],
  device_key_required: [403, 'This needs a device whose key the server knows.'],
  sync_refused: [400, 'This is not of this account and device, or it cannot be read.'],
  sync_conflict: [409, 'Something else is there already. Read it, and write anew.'],
  quota_exceeded: [413, 'The account has no room for this. Nothing of it was stored.'],
  key_in_use: [409, 'This key cannot be used again. Make a new one.'],
  not_found: [404, 'There is nothing here.'],
  method_not_allowed: [405, 'This method is not for this address.'],
  too_large: [413, 'The body is larger than 1 MiB.'],
  unsupported_media_type: [415, 'The body has to be JSON.'],
  too_many_requests: [429, 'Too many requests. Try again later.'],
  quota_used_up: [429, 'The calls of today are used up. There are new ones tomorrow.'],
  internal: [500, 'Something went wrong. It was written down.'],
  gateway_failed: [502, 'The document could not be read at the moment. Nothing was counted. Try again later.'],
  provider_unavailable: [503, 'The identity provider cannot be reached at the moment. Try again soon.'],
  unavailable: [503, 'The server cannot reach its data at the moment. Try again soon.'],
} as const satisfies Record<string, readonly [ContentfulStatusCode, string]>

export type ApiErrorCode = keyof typeof apiErrors

/** An error that may be told to the client. */
export class ApiError extends Error {
  override readonly name = 'ApiError'
  readonly code: ApiErrorCode
  readonly details: unknown
  readonly headers: Readonly<Record<string, string>>

  constructor(code: ApiErrorCode, options: { details?: unknown; headers?: Record<string, string> } = {}) {
    super(apiErrors[code][1])
    this.code = code
    this.details = options.details
    this.headers = options.headers ?? {}
  }
}

/** What may be told of any failure. */
export const toApiError = (error: unknown): ApiError => {
  if (error instanceof ApiError) return error
  if (isUnavailable(error)) return new ApiError('unavailable', { headers: { 'retry-after': String(retryAfter) } })
  return new ApiError('internal')
}

/** The one error format of the API. */
export const errorResponse = (c: Context, error: ApiError): Response => {
  const [status, message] = apiErrors[error.code]
  const { code, details } = error
  const requestId: unknown = c.get('requestId')
  return c.json(
    {
      error: { code, message, ...(details === undefined ? {} : { details }) },
      timestamp: new Date().toISOString(),
      requestId,
    },
    status,
    { ...error.headers },
  )
}
