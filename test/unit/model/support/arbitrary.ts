import fc from 'fast-check'
import {
  type Call,
  type Command,
  call,
  cancelSignIn,
  cut,
  endElsewhere,
  enter,
  expire,
  finish,
  heal,
  kill,
  killSoon,
  pass,
  plan,
  poke,
  type Return,
  repeatCallback,
  restore,
  signIn,
  signOut,
  spare,
} from './commands.ts'
import type { Fault } from './network.ts'

const flag = fc.boolean()
const one: fc.Arbitrary<Call> = fc.record({
  method: fc.constantFrom('GET', 'POST'),
  trusted: fc.oneof({ weight: 4, arbitrary: fc.constant(true) }, fc.constant(false)),
  dressed: flag,
})
const fault: fc.Arbitrary<Fault> = fc.oneof(
  fc.record({
    at: fc.constant('token' as const),
    how: fc.constantFrom('lost', 'unavailable', 'busy', 'portal', 'refused'),
  }),
  fc.record({ at: fc.constant('api' as const), how: fc.constantFrom('lost', 'unavailable', 'refused', 'nonce') }),
  fc.record({ at: fc.constant('revoke' as const), how: fc.constantFrom('lost', 'unavailable', 'busy') }),
)

/** Every command, the common ones more often. */
export const commands: fc.Arbitrary<Command>[] = [
  fc.constant(signIn()),
  fc.constant(finish('allowed')),
  fc.constant(enter()),
  fc.constant(enter()),
  fc.constant(enter()),
  fc.constant(enter()),
  fc.constantFrom<Return>('denied', 'forged', 'of another provider').map(finish),
  fc.constant(repeatCallback()),
  fc.constant(cancelSignIn()),
  fc.array(one, { minLength: 1, maxLength: 3 }).map((calls) => call(...calls)),
  fc.array(one, { minLength: 1, maxLength: 3 }).map((calls) => call(...calls)),
  fc.constant(poke()),
  fc.constant(signOut()),
  fc.constant(kill()),
  fc.tuple(fc.integer({ min: 1, max: 14 }), flag).map(([steps, after]) => killSoon(steps, after)),
  fc.constant(spare()),
  fc.constantFrom(1000, 20_000, 61_000, 301_000, 86_400_001).map(pass),
  flag.map(expire),
  flag.map(expire),
  fc.constant(cut()),
  fc.constant(restore()),
  fault.map(plan),
  fault.map(plan),
  fc.constant(heal()),
  fc.constant(endElsewhere()),
]
