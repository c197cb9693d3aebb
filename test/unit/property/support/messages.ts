import fc from 'fast-check'
import type { AnnounceMessage, Request, RequestMessage, SessionState } from '../../../../src/protocol/messages.ts'
import { PROTOCOL } from '../../../../src/protocol/version.ts'
import { anyText, moment } from './values.ts'

const id = fc.string({ maxLength: 40 })
const account = fc.record({
  sub: anyText,
  name: fc.option(anyText),
  email: fc.option(anyText),
})
const device = fc.record({ id, name: anyText, platform: anyText })
const common = {
  grade: fc.constantFrom('sealed', 'isolated', 'memory'),
  protocol: fc.constant(PROTOCOL),
  pending: fc.record({ signOuts: fc.nat(9), syncs: fc.nat(9) }),
} as const

/** Every message that a page may send. */
export const request: fc.Arbitrary<Request> = fc.oneof(
  fc.constantFrom<Request>(
    { type: 'session.get' },
    { type: 'session.cancelSignIn' },
    { type: 'session.signOut' },
    { type: 'session.poke' },
    { type: 'secrets.list' },
    { type: 'worker.claim' },
    { type: 'worker.activate' },
  ),
  fc.record({ type: fc.constant('session.signIn' as const), provider: id, returnTo: anyText }),
  fc.record({
    type: fc.constant('secrets.put' as const),
    name: id,
    value: fc.stringMatching(/^[\x21-\x7e]{1,60}$/),
  }),
  fc.record({ type: fc.constant('secrets.remove' as const), name: id }),
)

export const requestMessage: fc.Arbitrary<RequestMessage> = fc
  .tuple(request, id)
  .map(([asked, name]) => ({ ...asked, v: PROTOCOL, id: name }))

export const state: fc.Arbitrary<SessionState> = fc.oneof(
  fc.record({ ...common, status: fc.constant('anonymous' as const) }),
  fc.record({ ...common, status: fc.constant('signing-in' as const), since: moment }),
  fc.record({
    ...common,
    status: fc.constant('signed-in' as const),
    account,
    provider: id,
    device,
    online: fc.boolean(),
    refreshAt: moment,
  }),
  fc.record({
    ...common,
    status: fc.constant('expired' as const),
    account,
    reason: fc.constantFrom('revoked', 'expired', 'device-removed', 'vault-lost'),
  }),
)

export const announcement: fc.Arbitrary<AnnounceMessage> = state.map((one) => ({
  v: PROTOCOL,
  type: 'session.state' as const,
  state: one,
}))
