import * as v from 'valibot'
import type { Limit } from '../store/attempts.ts'
import type { Caller } from './credentials.ts'
import type { ApiErrorCode } from './errors.ts'

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'

type Schema = v.GenericSchema

/** The reply of a route that answers with a file. */
export const file = v.instance(Response)

/** What a route says of itself: the requests are held against it, and the OpenAPI document is made of it. */
type Description<P extends Schema, B extends Schema, R extends Schema, Q extends Schema> = {
  readonly method: Method
  /** Below `/api/v1`; what begins with a colon is a parameter. */
  readonly path: string
  readonly summary: string
  /** Parameters of the path that are not like this lead nowhere: 404. */
  readonly params?: P
  /** Parameters behind the question mark; those that are not like this are refused. */
  readonly query?: Q
  /** JSON. A request without a body counts as one with `{}`. */
  readonly body?: B
  /** Nothing that is not in it leaves the server. */
  readonly reply: R
  readonly status?: 200 | 201
  /** Besides those that come of what is described here. */
  readonly errors?: readonly ApiErrorCode[]
  /** How often whoever a request claims to be may ask from one address, before anything of it is verified. */
  readonly claimLimit?: Limit
  /** How often: of one session where credentials are needed, else of one address. */
  readonly limit?: Limit
  /** The largest body, in bytes, where it is another than for all. */
  readonly longest?: number
  /**
   * The body is bytes and no JSON: `at once` held against `longest` before the route is asked, or `as they come`, which the route
   * counts itself.
   */
  readonly hasBytes?: 'at once' | 'as they come'
  /** Whether it can be asked for as a stream of events, each of them a reply. */
  readonly hasEvents?: true
}

/** One request, after every check. */
export type Input<P extends Schema, B extends Schema, Q extends Schema> = {
  readonly params: v.InferOutput<P>
  readonly query: v.InferOutput<Q>
  readonly body: v.InferOutput<B>
  readonly request: Request
  /** Of the network, as far as it is known. */
  readonly address: string
}

export type Route = Description<Schema, Schema, Schema, Schema> & {
  /** `optional`: credentials are checked where there are some. */
  readonly auth: 'required' | 'optional' | 'none'
  /** What is answered, still to be held against `reply`. */
  answer(input: Input<Schema, Schema, Schema>, caller: Caller | undefined): Promise<unknown>
}

/** A response goes out as it is. */
type Answer<R extends Schema> = Promise<v.InferInput<R> | Response>

/** A route for those who are signed in. */
export const forCaller = <P extends Schema, B extends Schema, R extends Schema, Q extends Schema>(
  description: Description<P, B, R, Q>,
  answer: (caller: Caller, input: Input<P, B, Q>) => Answer<R>,
): Route => ({
  ...description,
  auth: 'required',
  async answer(input: Input<P, B, Q>, caller) {
    if (caller === undefined) throw new TypeError('A route for callers was asked without one.')
    return answer(caller, input)
  },
})

/** A route for everybody. */
export const forAnyone = <P extends Schema, B extends Schema, R extends Schema, Q extends Schema>(
  description: Description<P, B, R, Q>,
  answer: (input: Input<P, B, Q>) => Answer<R>,
): Route => ({ ...description, auth: 'none', answer })

/** A route that says more to those who are signed in. */
export const forEither = <P extends Schema, B extends Schema, R extends Schema, Q extends Schema>(
  description: Description<P, B, R, Q>,
  answer: (caller: Caller | undefined, input: Input<P, B, Q>) => Answer<R>,
): Route => ({
  ...description,
  auth: 'optional',
  answer: (input: Input<P, B, Q>, caller) => answer(caller, input),
})

/** All that a request for a route can be refused with. */
export const errorsOf = ({ auth, params, query, body, errors = [], limit }: Route): readonly ApiErrorCode[] => {
  const own: ApiErrorCode[] = ['unsupported_version', 'too_large', 'internal', 'unavailable', ...errors]
  if (auth !== 'none') {
    own.push('invalid_token', 'invalid_dpop_proof', 'use_dpop_nonce', 'duplicate_request', 'provider_unavailable')
  }
  if (auth === 'required') own.push('unauthorized')
  if (params !== undefined) own.push('not_found')
  if (body !== undefined) own.push('bad_request', 'validation_failed', 'unsupported_media_type')
  if (query !== undefined) own.push('validation_failed')
  if (limit !== undefined) own.push('too_many_requests')
  return [...new Set(own)]
}
