import { Secret } from '../../src/base/secret.ts'
import type { Reply, Request, SessionState } from '../../src/protocol/messages.ts'

/** Compiled by `tsc -b`: a line that is expected to fail and does not is an error. */

// @ts-expect-error the page has no message that returns a token
export const asksForToken: Request = { type: 'session.token' }

type SignIn = Extract<Request, { type: 'session.signIn' }>
// @ts-expect-error no message takes an address of another origin
export const issuerOf = (request: SignIn): string => request.issuer

// @ts-expect-error no reply has a token in it
export const replyOfToken = (reply: Reply['session.get']): string => reply.accessToken

// @ts-expect-error a session state has no token in it
export const stateOfToken = (state: SessionState): string => state.tokens

// @ts-expect-error a secret is not a text
export const secretAsText: string = new Secret('x')

// @ts-expect-error a secret does not give its value away by a property
export const secretByProperty = new Secret('x').value
