import { beforeAll, describe, expect, it } from 'vitest'
import { parseAnnounce } from '../../src/protocol/parse.ts'
import { removal } from '../support/browsers.ts'
import { isAuthenticated } from '../support/people.ts'
import { canaries, expectLeaked, expectNothingSecret } from './support/canaries.ts'
import { withGetter } from './support/removals.ts'
import type { Site } from './support/site.ts'
import { situations } from './support/situations.ts'
import { useStage } from './support/stage.ts'

type Reply = { readonly ok?: unknown; readonly error?: { readonly code: string } } | 'no answer' | null
type Obtained = {
  readonly replies: Readonly<Record<string, readonly Reply[]>>
  readonly fuzzed: readonly Reply[]
  readonly heard: readonly (readonly [string, unknown])[]
}

const run = async (site: Site, seed: number): Promise<Obtained> =>
  (await site.attack('messages', { count: 120, seed })) as Obtained

/** What frames were told. `attack`: the page that holds them, with its policy or without. */
const askFromFrames = async (site: Site, attack: 'frames' | 'frames-bare'): Promise<readonly Reply[]> => {
  const framed = '/attack-framed'
  site.holdfast.serve(framed, { body: '<!doctype html><title>framed</title>', raw: true })
  type Frame = { readonly told: readonly (readonly [string, Reply])[] }
  const frames = (await site.attack(attack, { frames: [null, framed] })) as readonly Frame[]
  return frames.flatMap(({ told }) => told.map(([, reply]) => reply))
}

const code = (reply: Reply | undefined): unknown =>
  typeof reply === 'object' && reply !== null ? (reply.error?.code ?? Object.keys(Object(reply.ok)).sort()) : reply

const stateFields = [
  ...['account', 'device', 'grade', 'limits', 'online', 'pending', 'protocol', 'provider', 'refreshAt', 'sessions'],
  'status',
]

describe.each(situations)('a script that asks the worker for everything in %s', (situation) => {
  const stage = useStage(situation)
  let obtained: Obtained

  beforeAll(async () => {
    const page = await stage.site.signedIn()
    obtained = await run(stage.site, 39)
    // Noise does not even end the session.
    expect(await isAuthenticated(page)).toBe(true)
  })

  it('case 39: is told the session state, and refused anything else', async () => {
    const { replies } = obtained
    const asked = Object.entries(replies).map(([type, [plain]]) => [type, code(plain)])
    const states = ['session.get', 'session.poke', 'session.cancelSignIn'].map((type) => [type, stateFields])
    const invalid = asked.filter(([, answer]) => answer === 'MESSAGE_INVALID').map(([type]) => type)
    expect(asked).toEqual(expect.arrayContaining([...states, ['worker.claim', []]]))
    expect(asked).toHaveLength(states.length + 1 + invalid.length)
    expect(invalid).toContain('session.tokens')
    expect(replies['session.get']?.map(code)).toEqual([stateFields, 'MESSAGE_INVALID', 'PROTOCOL_MISMATCH'])
    await expectNothingSecret(stage.site.holdfast, obtained)
  })

  it('case 39: hears states and refusals, whatever it sends', () => {
    const kinds = new Set(obtained.fuzzed.map((reply) => String(code(reply))))
    const known = [String(stateFields), '', 'MESSAGE_INVALID', 'MESSAGE_TOO_LARGE', 'PROTOCOL_MISMATCH']
    const cannotBeSent = [...kinds].filter((one) => one.startsWith('refused: DataCloneError'))
    expect([...kinds].filter((one) => !known.includes(one) && !cannotBeSent.includes(one))).toEqual([])
    expect(obtained.fuzzed.length).toBeGreaterThan(80)
    const announced = obtained.heard.filter(([, data]) => parseAnnounce(data) === undefined)
    const answers = announced.filter(([, data]) => typeof data === 'object' && data !== null && 'id' in data)
    expect(announced).toEqual(answers)
  })

  it('case 39: is not answered from a nested frame, whatever policy the page has', async () => {
    // A frame without an address has a worker to ask in one of the browsers.
    expect((await askFromFrames(stage.site, 'frames')).map(code).filter((one) => one !== 'SENDER_REFUSED')).toEqual([])
    expect(new Set((await askFromFrames(stage.site, 'frames-bare')).map(code))).toEqual(new Set(['SENDER_REFUSED']))
  })

  removal('case 39 without operations: gets what a worker with one message too many gives', async () => {
    const site = await stage.open({ mapWorkerSource: withGetter })
    await site.signedIn()
    const all = await canaries(site.holdfast)
    await expectLeaked(site.holdfast, await run(site, 39), all)
  })

  removal('case 39 without sender: gets it from a frame, where nobody asks who sends', async () => {
    const site = await stage.open({ mapWorkerSource: withGetter })
    await site.signedIn()
    await expectLeaked(site.holdfast, await askFromFrames(site, 'frames-bare'), await canaries(site.holdfast))
  })
})
