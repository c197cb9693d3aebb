import * as v from 'valibot'
import { refusalSchema } from '../pairing/told.ts'
import { type ErrorCode, HoldfastError } from '../protocol/errors.ts'
import type { Wire } from './oidc/wire.ts'

/** Questions to the API that keeps devices and pairings. Both reject with a HoldfastError. */
export type DeviceApi = {
  readonly origin: string
  /** With the credentials of the session. */
  signed<T>(method: string, path: string, schema: v.GenericSchema<unknown, T>, body?: unknown): Promise<T>
  /** With none. */
  open<T>(method: string, path: string, schema: v.GenericSchema<unknown, T>, body?: unknown): Promise<T>
}

const codes: Readonly<Record<string, ErrorCode>> = {
  recent_sign_in_required: 'RECENT_SIGN_IN_REQUIRED',
  not_found: 'PAIRING_UNKNOWN',
  pairing_late: 'PAIRING_LATE',
  pairing_used: 'PAIRING_USED',
  pairing_out_of_step: 'PAIRING_OUT_OF_STEP',
  too_many_requests: 'PAIRING_LIMITED',
}

const refusalOf = (status: number, body: unknown): ErrorCode => {
  if (status === 401) return 'SESSION_EXPIRED'
  if (status === 0 || status >= 500) return 'PROVIDER_UNAVAILABLE'
  const refusal = v.safeParse(refusalSchema, body)
  return (refusal.success ? codes[refusal.output.error.code] : undefined) ?? 'DEVICES_REFUSED'
}

const initOf = (method: string, body: unknown): RequestInit =>
  body === undefined
    ? { method, cache: 'no-store' }
    : { method, headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }

/** `base`: the address of the API; `ask`: a request of the worker's own with the credentials of the session. */
export const createDeviceApi = (
  base: string,
  wire: Wire,
  ask: (url: URL, init: RequestInit) => Promise<Response>,
): DeviceApi => {
  const read = async <T>(sent: Promise<Response>, schema: v.GenericSchema<unknown, T>): Promise<T> => {
    const response = await sent.catch((cause: unknown) => {
      throw new HoldfastError('PROVIDER_UNAVAILABLE', { cause })
    })
    const body: unknown = await response.json().catch(() => undefined)
    if (!response.ok) throw new HoldfastError(refusalOf(response.status, body))
    const parsed = v.safeParse(schema, body)
    if (!parsed.success) throw new HoldfastError('PROVIDER_UNAVAILABLE')
    return parsed.output
  }
  return {
    origin: new URL(base).origin,
    signed: (method, path, schema, body) => read(ask(new URL(base + path), initOf(method, body)), schema),
    open: (method, path, schema, body) => read(wire.fetch(base + path, initOf(method, body)), schema),
  }
}
