import type { Page } from 'puppeteer-core'
import { beforeAll, describe, expect, it } from 'vitest'
import { isAuthenticated } from '../support/people.ts'
import { expectNothingSecret } from './support/canaries.ts'
import { situations } from './support/situations.ts'
import { useStage } from './support/stage.ts'

describe.each(situations)('a script that floods and holds in %s', (situation) => {
  const stage = useStage(situation, { accessTokenTtl: 4 })
  let page: Page

  beforeAll(async () => {
    page = await stage.site.signedIn()
  })

  const expectSession = async () => expect(await isAuthenticated(page)).toBe(true)

  it('case 39: gets the session state and no more after 100,000 messages, and the session holds', async () => {
    const answers: unknown[] = []
    for (let batch = 0; batch < 10; batch += 1) {
      answers.push(await stage.site.attack('flood', { act: 'plenty', count: 10_000 }))
    }
    for (const answer of answers) expect(answer).toMatchObject({ ok: { status: 'signed-in' } })
    await expectSession()
    await expectNothingSecret(stage.site.holdfast, answers)
  }, 240_000)

  it('case 39: gets refusals for messages that are huge, deep, round, shared or carry ports', async () => {
    const obtained = await stage.site.attack('flood', { act: 'bombs' })
    expect(obtained).toMatchObject({ after: { ok: { status: 'signed-in' } } })
    expect(Reflect.get(Object(obtained), 'told')).not.toContain('no answer')
    await expectSession()
    await expectNothingSecret(stage.site.holdfast, obtained)
  })

  it('case 39: stops no refresh by holding and stealing every lock that it can see', async () => {
    const { recorder } = stage.site.holdfast
    const refreshes = () => recorder.tokenRequests('refresh_token').filter(({ reply }) => reply?.status === 200).length
    const before = refreshes()
    const obtained = await stage.site.attack('flood', { act: 'locks' })
    expect(refreshes()).toBeGreaterThan(before)
    expect(JSON.stringify(obtained)).toContain('isAuthenticated')
    await expectSession()
    await expectNothingSecret(stage.site.holdfast, obtained)
  })
})
