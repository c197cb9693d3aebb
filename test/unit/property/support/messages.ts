import fc from 'fast-check'
import type {
  AnnounceMessage,
  Request,
  RequestMessage,
  SessionState,
  SessionStatus,
} from '../../../../src/protocol/messages.ts'
import { PROTOCOL } from '../../../../src/protocol/version.ts'
import { limits } from '../../../../src/session/limits.ts'
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
    { type: 'session.check' },
    { type: 'devices.list' },
    { type: 'pairing.get' },
    { type: 'pairing.offer' },
    { type: 'pairing.approve' },
    { type: 'pairing.cancel' },
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
  fc.record({ type: fc.constant('session.signIn' as const), provider: id, returnTo: anyText, again: fc.boolean() }),
  fc.record({ type: fc.constant('devices.rename' as const), device: id, name: id }),
  fc.record({ type: fc.constant('devices.remove' as const), device: id }),
  fc.record({ type: fc.constant('pairing.join' as const), code: anyText }),
  fc.record({ type: fc.constantFrom('session.signOut' as const, 'session.cancelSignIn' as const), provider: id }),
)

export const requestMessage: fc.Arbitrary<RequestMessage> = fc
  .tuple(request, id)
  .map(([asked, name]) => ({ ...asked, v: PROTOCOL, id: name }))

const status: fc.Arbitrary<SessionStatus> = fc.oneof(
  fc.record({ status: fc.constant('anonymous' as const) }),
  fc.record({ status: fc.constant('signing-in' as const), since: moment }),
  fc.record({
    status: fc.constant('signed-in' as const),
    account,
    provider: id,
    device,
    online: fc.boolean(),
    refreshAt: moment,
    limits: fc.subarray([...limits]),
  }),
  fc.record({
    status: fc.constant('expired' as const),
    account,
    reason: fc.constantFrom('revoked', 'expired', 'device-removed', 'vault-lost'),
  }),
)
const sessions = fc.dictionary(fc.stringMatching(/^[a-z][a-z0-9-]{0,8}$/), status, { maxKeys: 2 })

export const state: fc.Arbitrary<SessionState> = fc
  .tuple(status, fc.record({ ...common, sessions }))
  .map(([one, rest]) => ({ ...one, ...rest }))

export const announcement: fc.Arbitrary<AnnounceMessage> = fc.oneof(
  state.map((one) => ({ v: PROTOCOL, type: 'session.state' as const, state: one })),
  anyText.map((id) => ({ v: PROTOCOL, type: 'worker.busy' as const, id })),
)
