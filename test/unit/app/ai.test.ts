import { afterEach, describe, expect, it, vi } from 'vitest'
import { ollama } from '../../../src/ai/ollama.ts'
import { openai } from '../../../src/ai/openai.ts'
import { waysOf } from '../../../src/app/state/ai-actions.ts'
import { createKnock } from '../../../src/app/state/ai-knock.ts'
import { createOllama } from '../../../src/app/state/ai-ollama.ts'
import { createRuns, type NewRun, type Run } from '../../../src/app/state/ai-runs.ts'
import { createAiChoice } from '../../../src/app/state/ai-settings.ts'
import type { Answerer, Ended } from '../../../src/app/state/ai-transport.ts'
import { ask, listModels } from '../../../src/app/state/ai-transport.ts'
import type { PersonSettings } from '../../../src/data/person-settings.ts'
import type { SettingsStore } from '../../../src/data/settings-store.ts'

/** What the person has chosen, on two devices that hear of each other at once. */
const shared = () => {
  const values = new Map<string, unknown>()
  const told = new Set<(values: ReadonlyMap<string, unknown>) => void>()
  const person: PersonSettings = {
    watch(onValues) {
      told.add(onValues)
      onValues(values)
      return () => told.delete(onValues)
    },
    async set(next) {
      for (const [name, value] of Object.entries(next)) values.set(name, value)
      for (const tell of told) tell(values)
    },
  }
  return { person, values }
}

const memory = (start: Record<string, unknown> = {}) => {
  const kept = new Map(Object.entries(start))
  const store: SettingsStore = {
    async get(name, schema) {
      const { safeParse } = await import('valibot')
      const parsed = safeParse(schema, kept.get(name))
      return parsed.success ? parsed.output : undefined
    },
    async set(name, value) {
      kept.set(name, value)
    },
  }
  return { store, kept }
}

const json = (body: unknown, status = 200): Response => Response.json(body, { status })
const gone = (): Promise<never> => Promise.reject(new TypeError('Failed to fetch'))
const line = (content: string, done = false) => `${JSON.stringify({ message: { content }, done })}\n`

const local: Answerer = { address: 'http://127.0.0.1:1', protocol: ollama, model: 'm', isLocal: true }
const cloud: Answerer = { address: '/~/openai', protocol: openai, model: 'm', isLocal: false }
const prompt = { system: '', user: '' }

afterEach(() => {
  vi.unstubAllGlobals()
})

describe('an answer', () => {
  const asked = async (answer: () => Promise<Response>, answerer = local) => {
    const said: string[] = []
    const end = await ask(answer, answerer, prompt, {
      onText: (text) => said.push(text),
      signal: new AbortController().signal,
    })
    return [said.join(''), end] as const
  }
  const streaming =
    (text: string, headers: Record<string, string> = {}) =>
    async () =>
      new Response(text, { headers })

  it('is what was said, to its end', async () => {
    expect(await asked(streaming(line('<think>x</think>Be') + line('cause') + line('', true)))).toEqual([
      'Because',
      { how: 'complete' },
    ])
  })

  it.each<[string, () => Promise<Response>, string, string]>([
    ['was cut off', streaming(line('Be')), 'Be', 'AI_CUT'],
    ['says nothing', streaming(line('', true)), '', 'AI_EMPTY'],
    [
      'is a page of the network',
      streaming('<!doctype html>', { 'content-type': 'text/html; charset=utf-8' }),
      '',
      'AI_UNREADABLE',
    ],
    ['is no answer', streaming('what?\n'), '', 'AI_UNREADABLE'],
    ['does not come', gone, '', 'AI_UNREACHABLE'],
    ['is refused', async () => json({}, 403), '', 'AI_REFUSED'],
    ['is for another model', async () => json({}, 404), '', 'AI_MODEL_UNKNOWN'],
    ['fails inside', async () => json({}, 500), '', 'AI_DOWN'],
    ['is not for this request', async () => json({ error: 'x' }, 400), '', 'AI_REFUSED'],
    ['is not for so much', async () => json({ error: { code: 'context_length_exceeded' } }, 400), '', 'AI_TOO_LONG'],
  ])('that %s is told as such, and what came stays', async (_, answer, said, code) => {
    expect(await asked(answer)).toEqual([said, { failure: { code } }])
  })

  it('of a provider may be a refused key, too many questions, or no network', async () => {
    vi.stubGlobal('navigator', { onLine: false })
    const busy = async () => new Response('{}', { status: 429, headers: { 'retry-after': '7' } })
    expect((await asked(async () => json({}, 401), cloud))[1]).toEqual({ failure: { code: 'AI_KEY_REFUSED' } })
    expect((await asked(busy, cloud))[1]).toEqual({ failure: { code: 'AI_BUSY', after: 7 } })
    expect((await asked(gone, cloud))[1]).toEqual({ failure: { code: 'AI_OFFLINE' } })
    // What runs on this machine needs no network.
    expect((await asked(gone, local))[1]).toEqual({ failure: { code: 'AI_UNREACHABLE' } })
  })

  it('that does not end is ended', async () => {
    const [said, end] = await asked(streaming(line('x'.repeat(300_000)) + line('x'.repeat(300_000)) + line('more')))
    expect([said.length, end]).toEqual([600_000, { how: 'limit' }])
  })

  it('may be a list of models', async () => {
    expect(await listModels(async () => json({ models: [{ name: 'a' }] }), local)).toEqual({ models: ['a'] })
    expect(await listModels(async () => json([]), local)).toEqual({ failure: { code: 'AI_UNREADABLE' } })
    expect(await listModels(async () => json({}, 500), local)).toEqual({ failure: { code: 'AI_DOWN' } })
    expect(await listModels(gone, local)).toEqual({ failure: { code: 'AI_UNREACHABLE' } })
  })
})

describe('looking for Ollama', () => {
  type Answers = Readonly<Record<string, () => Promise<Response>>>
  const looking = (answers: Answers, permission: readonly (string | undefined)[] = []) => {
    const asked: string[] = []
    const said = [...permission]
    const { store, kept } = memory()
    const choice = createAiChoice({ device: store, before: store, person: shared().person })
    const knock = createKnock(
      async (input, init) => {
        const name = init?.mode === 'no-cors' ? 'opaque' : `${init?.method ?? 'GET'} ${new URL(String(input)).pathname}`
        asked.push(name)
        return (answers[name] ?? gone)()
      },
      async () => said.shift(),
    )
    return { found: createOllama(choice, knock), choice, asked, kept }
  }
  const show = async () => json({ error: 'model is required' }, 400)
  const tags = (names: readonly string[]) => async () => json({ models: names.map((name) => ({ name })) })

  it('finds it with its models, and keeps which one was chosen', async () => {
    const { found, choice, asked, kept } = looking({ 'POST /api/show': show, 'GET /api/tags': tags(['a', 'b']) })
    await found.connect('127.0.0.1:5')
    expect(found.state.value).toEqual({ at: 'connected', models: ['a', 'b'] })
    expect(asked).toEqual(['POST /api/show', 'GET /api/tags'])
    expect(choice.now.value).toMatchObject({ source: 'ollama', ollama: { address: 'http://127.0.0.1:5', model: 'a' } })
    found.choose('b')
    await found.connect('5')
    expect(choice.now.value.ollama.model).toBe('b')
    expect(kept.get('ai')).toEqual(choice.now.value)
    found.disconnect()
    expect([choice.now.value.source, choice.now.value.ollama.model]).toEqual([null, null])
  })

  it.each<[string, Answers, readonly (string | undefined)[]]>([
    ['absent', {}, []],
    ['refused', { opaque: async () => new Response() }, []],
    ['refused', { 'POST /api/show': async () => json({}, 403) }, []],
    ['refused', { 'POST /api/show': show, 'GET /api/tags': async () => json({}, 403) }, []],
    ['empty', { 'POST /api/show': show, 'GET /api/tags': tags([]) }, []],
    ['stranger', { 'POST /api/show': show, 'GET /api/tags': async () => new Response('<html>') }, []],
    ['stranger', { 'POST /api/show': show, 'GET /api/tags': async () => json({ models: 'none' }) }, []],
    ['blocked', { 'POST /api/show': show }, ['denied']],
    ['blocked', {}, ['prompt', 'denied']],
  ])('finds it %s (%#)', async (at, answers, permission) => {
    const { found, choice } = looking(answers, permission)
    await found.connect('11434')
    expect(found.state.value).toEqual({ at })
    expect(choice.now.value.source).toBeNull()
  })

  it('asks nothing of another machine', async () => {
    const { found, asked, choice } = looking({})
    await found.connect('http://192.168.1.1:11434')
    expect([found.state.value, asked]).toEqual([{ at: 'misaddressed' }, []])
    expect(choice.now.value.ollama.address).toBe('http://127.0.0.1:11434')
  })

  it('lets the last of two looks count', async () => {
    const slow = Promise.withResolvers<Response>()
    let first = true
    const { found } = looking({
      'POST /api/show': () => {
        const answer = first ? slow.promise : show()
        first = false
        return answer
      },
      'GET /api/tags': tags(['a']),
    })
    const one = found.connect('1')
    await found.connect('2')
    slow.resolve(json({}, 403))
    await one
    expect(found.state.value).toEqual({ at: 'connected', models: ['a'] })
  })
})

describe('what was chosen', () => {
  const good = {
    source: 'ollama',
    ollama: { address: 'http://localhost:9', model: 'm' },
    models: {},
    speech: { source: null, address: 'http://127.0.0.1:8000', model: 'whisper-1' },
  }

  it('is taken up again, but not where it names another machine', async () => {
    const planted = { ...good, ollama: { address: 'http://evil.example:80', model: 'm' } }
    const choiceOf = (ai: unknown) =>
      createAiChoice({ device: memory({ ai }).store, before: memory().store, person: shared().person })
    const [kept, refused] = [choiceOf(good), choiceOf(planted)]
    await Promise.all([kept.restore(), refused.restore()])
    expect(kept.now.value).toEqual(good)
    expect(refused.now.value).toMatchObject({
      source: null,
      ollama: { address: 'http://127.0.0.1:11434', model: null },
    })
  })

  it('is the model alone that another device learns of: who answers there stays the choice of that device', async () => {
    const { person, values } = shared()
    const device = () => ({ device: memory().store, before: memory().store, person })
    const [one, other] = [createAiChoice(device()), createAiChoice(device())]
    await Promise.all([one.restore(), other.restore()])
    one.change({ models: { openai: 'gpt' }, source: 'openai' })
    expect(other.now.value).toMatchObject({ source: null, models: { openai: 'gpt' } })
    await person.set({ 'ai.model.openai': { of: 'a newer version' } })
    expect(other.now.value.models).toEqual({ openai: 'gpt' })
    expect([...values.keys()]).toEqual(['ai.model.openai'])
  })

  it('goes over once from where it was when a device had one notebook', async () => {
    const { person, values } = shared()
    const [device, before] = [memory(), memory({ ai: { ...good, models: { openai: 'gpt' } } })]
    const first = createAiChoice({ device: device.store, before: before.store, person })
    await first.restore()
    expect(first.now.value).toMatchObject({ source: 'ollama', models: { openai: 'gpt' } })
    values.set('ai.model.openai', 'chosen later')
    const second = createAiChoice({ device: device.store, before: before.store, person })
    await second.restore()
    expect(second.now.value).toMatchObject({ source: 'ollama', models: { openai: 'chosen later' } })
  })
})

describe('a suggestion', () => {
  const about: NewRun = { noteId: 'a', kind: 'summary', who: 'm', origin: { from: 0, text: '' }, isWhole: true }
  const of = (runs: ReturnType<typeof createRuns>): Run | undefined => runs.all.value.get('a')

  it('grows, is stopped with what came so far, and begins again', async () => {
    const runs = createRuns()
    let round = 0
    const work = async ({
      onText,
      signal,
    }: {
      onText(text: string): void
      readonly signal: AbortSignal
    }): Promise<Ended> => {
      round += 1
      onText(`${round}`)
      if (round === 2) return { how: 'complete' }
      await new Promise((resolve) => signal.addEventListener('abort', resolve))
      return { how: 'stopped' }
    }
    const first = runs.start(about, work)
    expect(of(runs)).toMatchObject({ state: 'writing', text: '1' })
    runs.stop('a')
    await first
    expect(of(runs)).toMatchObject({ state: 'ended', how: 'stopped', text: '1' })
    await runs.again('a')
    expect(of(runs)).toMatchObject({ state: 'ended', how: 'complete', text: '2' })
  })

  it('of before says nothing any more once another has begun or it was dropped', async () => {
    const runs = createRuns()
    const late: ((text: string) => void)[] = []
    const end = Promise.withResolvers<Ended>()
    const first = runs.start(about, ({ onText }) => {
      late.push(onText)
      return end.promise
    })
    await runs.start(about, async ({ onText }) => {
      onText('second')
      return { how: 'complete' }
    })
    late[0]?.('late')
    end.resolve({ failure: { code: 'AI_CUT' } })
    await first
    expect(of(runs)).toMatchObject({ text: 'second', how: 'complete' })
    const dropped = runs.start(about, () => end.promise)
    runs.drop('a')
    await dropped
    expect(of(runs)).toBeUndefined()
  })

  it('never puts a part in the place of the whole', () => {
    const run: Run = { ...about, kind: 'rewrite', origin: { from: 0, text: 'old' }, text: 'new', state: 'ended' }
    const note = { title: '', body: 'old text' }
    expect(waysOf({ ...run, how: 'complete' }, note)).toEqual(['replace', 'insert'])
    expect(waysOf({ ...run, how: 'stopped' }, note)).toEqual(['insert'])
    expect(waysOf({ ...run, how: 'limit' }, note)).toEqual(['insert'])
    expect(waysOf({ ...run, failure: { code: 'AI_CUT' } }, note)).toEqual(['insert'])
    expect(waysOf({ ...run, how: 'complete' }, { title: '', body: 'other' })).toEqual(['insert'])
    expect(waysOf({ ...run, how: 'complete', text: ' ' }, note)).toEqual([])
    expect(waysOf({ ...run, kind: 'title', how: 'complete' }, note)).toEqual(['title'])
  })
})
