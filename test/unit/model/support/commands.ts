import type fc from 'fast-check'
import { expect } from 'vitest'
import { HoldfastError } from '../../../../src/protocol/errors.ts'
import { routeRequest } from '../../../../src/session/resource.ts'
import { expectAgreement, isCalm, type Model, type Real, type Status } from './model.ts'
import { apiOrigin, type Fault, resources } from './network.ts'

export type Command = fc.AsyncCommand<Model, Real>

/** How often each command has met a session in each state: a run that never got anywhere shows nothing. */
export const tally = new Map<string, number>()

const command = (
  name: string,
  run: (model: Model, real: Real) => Promise<void>,
  check?: (model: Readonly<Model>) => boolean,
): Command => ({
  check: (model) => check?.(model) ?? true,
  async run(model, real) {
    const met = `${name.replace(/\(.*/s, '')} ${model.status}`
    tally.set(met, (tally.get(met) ?? 0) + 1)
    await run(model, real)
  },
  toString: () => name,
})

/** A page asks to sign in. Without a network it is told so, and nothing has changed. */
export const signIn = (): Command =>
  command('signIn()', async (model, real) => {
    const asked = real.browser.ask((worker) =>
      worker.handlers['session.signIn']({ type: 'session.signIn', provider: 'main', returnTo: '/notes' }),
    )
    const begun: Status = model.status === 'signed-in' ? 'signed-in' : 'signing-in'
    try {
      const answer = await asked
      if (answer === undefined) return await expectAgreement(model, real, model.status, begun)
      real.address = answer.value.url
      if (begun === 'signed-in') model.startedAt = real.clock.now
    } catch (error) {
      expect(error).toBeInstanceOf(HoldfastError)
      expect(error).toMatchObject({ code: 'PROVIDER_UNAVAILABLE' })
      expect(real.network.isUp()).toBe(false)
      return expectAgreement(model, real, model.status)
    }
    return expectAgreement(model, real, begun)
  })

/** How the person, or somebody else, comes back from the provider. */
export type Return = 'allowed' | 'denied' | 'forged' | 'of another provider'

const brought = (good: URLSearchParams, how: Return): URLSearchParams => {
  const parameters = new URLSearchParams(good)
  if (how === 'forged') parameters.set('state', 'x'.repeat(43))
  if (how === 'of another provider') parameters.set('iss', 'https://evil.example')
  if (how === 'denied') {
    parameters.delete('code')
    parameters.set('error', 'access_denied')
  }
  return parameters
}

/** The person goes to the provider and comes back with its answer. */
export const finish = (how: Return): Command =>
  command(
    `finish('${how}')`,
    async (model, real) => {
      const id = new URL(real.address ?? 'https://none.example').searchParams.get('continue') ?? ''
      const proceeded = await real.browser.ask((worker) => worker.signIn.proceed(id))
      if (!proceeded?.value.startsWith('https://id.example.com/')) return expectAgreement(model, real, model.status)
      const calm = isCalm(model, real)
      const back = brought(real.network.provider.allow(proceeded.value), how)
      real.callback = back
      const without: Status = model.status === 'signing-in' ? model.before : model.status
      const answer = await real.browser.ask((worker) => worker.signIn.receive(back, false))
      model.unsure ||= model.endedElsewhere && answer === undefined
      if (answer === undefined) return expectAgreement(model, real, model.status, without, 'signed-in')
      expect(answer.value).toMatch(/^https:\/\/app\.example\.com\/.*#$/)
      if (how === 'forged') return expectAgreement(model, real, model.status)
      if (how !== 'allowed') return expectAgreement(model, real, without)
      const done = !answer.value.includes('signin=')
      if (calm) expect(done).toBe(true)
      if (done) Object.assign(model, { endedElsewhere: false, unsure: false })
      return expectAgreement(model, real, done ? 'signed-in' : without)
    },
    (model) => model.startedAt > 0,
  )

/** A whole sign-in in one go. */
export const enter = (): Command =>
  command('enter()', async (model, real) => {
    await signIn().run(model, real)
    if (finish('allowed').check(model)) await finish('allowed').run(model, real)
  })

/** The last callback comes again, as with a reload. The code goes nowhere twice. */
export const repeatCallback = (): Command =>
  command('repeatCallback()', async (model, real) => {
    const again = real.callback
    if (again === undefined) return
    const without: Status = model.status === 'signing-in' ? model.before : model.status
    model.unsure ||= model.endedElsewhere
    await real.browser.ask((worker) => worker.signIn.receive(again, false))
    await expectAgreement(model, real, model.status, without, 'signed-in')
  })

export const cancelSignIn = (): Command =>
  command('cancelSignIn()', async (model, real) => {
    const answer = await real.browser.ask((worker) =>
      worker.handlers['session.cancelSignIn']({ type: 'session.cancelSignIn' }),
    )
    const without: Status = model.status === 'signing-in' ? model.before : model.status
    if (answer === undefined) await expectAgreement(model, real, model.status, without)
    else await expectAgreement(model, real, without)
  })

export type Call = { readonly method: 'GET' | 'POST'; readonly trusted: boolean; readonly dressed: boolean }

const toRequest = (id: string, { method, trusted, dressed }: Call): Request => {
  const url = `${apiOrigin}/v1/notes?id=${id}&trusted=${trusted ? 'yes' : 'no'}`
  const headers: Record<string, string> = dressed ? { authorization: 'DPoP of-the-page', dpop: 'of-the-page' } : {}
  return new Request(url, method === 'GET' ? { method, headers } : { method, headers, body: `body of ${id}` })
}

const isRefresh = ({ grant }: { readonly grant: string }): boolean => grant === 'refresh'

/** What one call must have come to where all is calm. */
const expectAnswer = (model: Model, { trusted }: Call, status: number, acted: number): void => {
  const known = trusted && model.status === 'signed-in' && !model.endedElsewhere
  expect([status, acted]).toEqual(known ? [200, 1] : [401, 0])
}

type Asked = { readonly one: Call; readonly id: string; tries: number; answer?: Response }

const respond = (real: Real, asked: readonly Asked[]) =>
  real.browser.ask((worker) =>
    Promise.all(
      asked.map(async (each) => {
        each.tries += 1
        const request = toRequest(each.id, each.one)
        const url = new URL(request.url)
        const route = routeRequest(resources, url, request.method, 'https://app.example.com')
        if (route === undefined) throw new Error('The call matches nothing.')
        each.answer = await worker.respond(request, route, each.one.trusted).catch(() => Response.error())
      }),
    ),
  )

/** What Chromium does where a worker is killed over calls: it hands them to the next one, once, as if they were new. */
const respondOrHandOver = async (real: Real, asked: readonly Asked[]): Promise<void> => {
  if ((await respond(real, asked)) !== undefined) return
  await respond(
    real,
    asked.filter(({ answer }) => answer === undefined),
  )
}

/** Pages of two tabs and a frame call the API, at once. The worker refreshes once at most for all of them. */
export const call = (...calls: readonly Call[]): Command =>
  command(`call(${calls.map((one) => JSON.stringify(one)).join(', ')})`, async (model, real) => {
    const { network, clock } = real
    const calm = isCalm(model, real)
    const wasUp = network.isUp()
    const before = network.tokenRequests.filter(isRefresh).length
    const due = model.status === 'signed-in' && clock.now >= model.refreshAt
    const asked: Asked[] = calls.map((one) => {
      real.calls += 1
      return { one, id: String(real.calls), tries: 0 }
    })
    await respondOrHandOver(real, asked)
    for (const { one, id, tries, answer } of asked) {
      const acted = network.acted.get(id) ?? 0
      if (one.method === 'POST') expect(acted).toBeLessThanOrEqual(1)
      if (!wasUp) expect(acted).toBe(0)
      if (answer?.status === 401 && tries === 1) expect(acted).toBe(0)
      if (calm) expectAnswer(model, one, answer?.status ?? 0, acted)
    }
    const sent = network.tokenRequests.filter(isRefresh).length - before
    if (calm && !model.endedElsewhere) expect(sent).toBe(due && calls.some((one) => one.trusted) ? 1 : 0)
    await expectAgreement(model, real, model.status)
  })

/** The page is looked at: the worker refreshes where that is due, whatever it waits for, and tells the provider what is owed. */
export const poke = (): Command =>
  command('poke()', async (model, real) => {
    const { network } = real
    const calm = network.isUp() && network.planned().length === 0 && !model.mayDie
    const answer = await real.browser.ask((worker) => worker.handlers['session.poke']({ type: 'session.poke' }))
    const late: Status[] = model.status === 'signing-in' ? [model.before] : []
    await expectAgreement(model, real, model.status, ...(answer === undefined ? late : []))
    if (!calm) return
    for (const family of model.owed) expect(family.revoked).toBe(true)
    model.owed.clear()
    expect(await real.browser.names()).not.toContain('revocations')
    if (model.status === 'signed-in') expect(model.refreshAt).toBeGreaterThan(real.clock.now)
  })

/** A page asks to sign out: whatever the network does, nothing of the session is left. */
export const signOut = (): Command =>
  command('signOut()', async (model, real) => {
    const inUse = real.network.inUse()
    const calm = isCalm(model, real)
    const was = model.status
    const answer = await real.browser.ask((worker) => worker.handlers['session.signOut']({ type: 'session.signOut' }))
    if (answer === undefined) await expectAgreement(model, real, model.status, 'anonymous')
    else await expectAgreement(model, real, 'anonymous')
    if (was !== 'signed-in' || model.status !== 'anonymous' || inUse === undefined) return
    model.owed.add(inUse)
    if (calm) expect(inUse.revoked).toBe(true)
  })

/** The worker is killed, and another one is started when it is next asked something. */
export const kill = (): Command =>
  command('kill()', async (model, real) => {
    real.browser.kill()
    model.mayDie = false
    await expectAgreement(model, real, model.status)
  })

/** The next command meets a worker that is killed over it. */
export const killSoon = (steps: number, after: boolean): Command =>
  command(`killSoon(${steps}, ${after})`, async (model, real) => {
    real.browser.killSoon(steps, after)
    model.mayDie = true
  })

/** From now on the worker lives again as long as it is not killed. */
export const spare = (): Command =>
  command('spare()', async (model, real) => {
    real.browser.disarm()
    model.mayDie = false
  })

export const pass = (milliseconds: number): Command =>
  command(`pass(${milliseconds})`, async (model, real) => {
    real.clock.now += milliseconds
    await expectAgreement(model, real, model.status)
  })

/** The time comes when the access token is about to end, or is over. */
export const expire = (over: boolean): Command =>
  command(
    `expire(${over})`,
    async (model, real) => {
      real.clock.now = Math.max(real.clock.now, model.refreshAt + (over ? 300_000 : 1))
      await expectAgreement(model, real, model.status)
    },
    (model) => model.status === 'signed-in',
  )

export const cut = (): Command => command('cut()', async (_model, real) => real.network.cut())

export const restore = (): Command => command('restore()', async (_model, real) => real.network.restore())

export const plan = (fault: Fault): Command =>
  command(`plan(${JSON.stringify(fault)})`, async (_model, real) => real.network.plan(fault))

/** All faults are over, and the worker has had the time to get over them. */
export const heal = (): Command =>
  command('heal()', async (model, real) => {
    real.network.heal()
    real.browser.disarm()
    model.mayDie = false
    await real.browser.ask((worker) => worker.handlers['session.poke']({ type: 'session.poke' }))
    await expectAgreement(model, real, model.status, ...(model.status === 'signing-in' ? [model.before] : []))
  })

export const endElsewhere = (): Command =>
  command('endElsewhere()', async (model, real) => {
    real.network.provider.endAll()
    model.endedElsewhere = true
  })
