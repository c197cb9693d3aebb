import fc from 'fast-check'
import { afterEach, expect, test, vi } from 'vitest'
import { chooseSeed, isThorough, report } from '../property/support/property.ts'
import { commands } from './support/arbitrary.ts'
import {
  type Command,
  call,
  cut,
  endElsewhere,
  enter,
  expire,
  finish,
  heal,
  kill,
  killSoon,
  plan,
  poke,
  repeatCallback,
  restore,
  signIn,
  signOut,
  spare,
  tally,
} from './support/commands.ts'
import { newModel, newReal } from './support/model.ts'

const runs = isThorough ? 300 : 30
const read = { method: 'GET', trusted: true, dressed: false } as const

afterEach(() => vi.unstubAllGlobals())

const setup = () => ({ model: newModel(), real: newReal() })

const walk = async (...script: readonly Command[]) => {
  const { model, real } = setup()
  const seen: string[] = []
  for (const one of script) {
    if (one.check(model)) await one.run(model, real)
    seen.push(model.status)
  }
  return { seen, real }
}

test('the model can be walked through: in, expired, killed, offline, out', async () => {
  const { seen, real } = await walk(
    call(read),
    enter(),
    call(read, { ...read, method: 'POST' }),
    expire(true),
    call(read, read, read),
    kill(),
    call(read),
    cut(),
    signOut(),
    restore(),
    poke(),
    call(read),
  )
  const during = ['signed-in', 'signed-in', 'signed-in', 'signed-in', 'signed-in', 'signed-in', 'signed-in']
  expect(seen).toEqual(['anonymous', ...during, 'anonymous', 'anonymous', 'anonymous', 'anonymous'])
  expect(real.network.tokenRequests.map(({ grant, outcome }) => `${grant} ${outcome}`)).toEqual([
    'code granted',
    'refresh granted',
  ])
})

const steps = Array.from({ length: 14 }, (_, at) => at + 1)
/** What random runs have found once, a defect of the worker or of the model; tried every time. */
const kept: readonly (readonly Command[])[] = [
  [enter(), expire(false), call(read)],
  [signIn(), finish('allowed'), endElsewhere(), killSoon(7, false), repeatCallback(), enter(), spare(), call(read)],
  [enter(), signIn(), endElsewhere(), call(read), kill()],
  ...steps.map((at) => [
    enter(),
    killSoon(at, true),
    plan({ at: 'api', how: 'refused' }),
    call({ ...read, method: 'POST' }, read),
  ]),
  ...steps.map((at) => [enter(), call(read), killSoon(at, true), enter(), signOut(), heal(), poke()]),
  ...steps.map((at) => [enter(), call(read), expire(true), killSoon(at, at % 2 === 0), call(read), heal(), call(read)]),
  ...steps.map((at) => [enter(), call(read), killSoon(at, at % 2 === 1), signOut(), heal(), poke(), call(read)]),
]

test.each(kept.map((script) => [script.join(', '), script] as const))('kept: %s', async (_name, script) => {
  await walk(...script)
})

const title = 'case 81: a session in its worker is what a small model says, whatever happens to it'

test(title, { timeout: isThorough ? 900_000 : 120_000 }, async () => {
  const seed = chooseSeed()
  let ran = 0
  await fc.assert(
    fc.asyncProperty(fc.commands(commands, { size: '+2', maxCommands: 40 }), async (chosen) => {
      ran += 1
      await fc.asyncModelRun(setup, chosen)
    }),
    { numRuns: runs, seed },
  )
  for (const met of [
    'call signed-in',
    'expire signed-in',
    'kill signed-in',
    'signOut signed-in',
    'finish signing-in',
  ]) {
    expect(tally.get(met)).toBeGreaterThan(0)
  }
  report(title, ran, seed)
})
