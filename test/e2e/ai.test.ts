import type { Browser, Page } from 'puppeteer-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openSite, type Site } from '../attack/support/site.ts'
import { type AiServer, type Script, startAiServer } from '../support/ai-server.ts'
import { violations } from '../support/axe.ts'
import { caseBrowsers, closeBrowser, launchBrowser } from '../support/browsers.ts'
import { waitFor } from '../support/deadline.ts'
import { freePorts } from '../support/free-ports.ts'
import { killWorkers } from '../support/kill.ts'
import { byRole, click, fill, hasRole, showsText } from '../support/page.ts'
import { createAccount } from '../support/people.ts'
import {
  keyIsKept,
  mark,
  noSuggestion,
  providersAt,
  setOnline,
  suggested,
  suggests,
  titleOf,
  useProvider,
} from './support/ai.ts'
import { type Folder, makeFolder, pick } from './support/files.ts'
import { bodyOf, choose, listed, openRow, searchFor } from './support/notebook.ts'

const KEY = 'sk-canary-4f1b7c9e2d8a6035'

describe.each(caseBrowsers)('AI in %s', (kind) => {
  let server: AiServer
  let browser: Browser
  let site: Site
  let page: Page
  let given: Folder

  beforeAll(async () => {
    server = await startAiServer()
    server.takesKey(KEY)
    given = await makeFolder()
    browser = await launchBrowser(kind)
    site = await openSite(browser, { ai: providersAt(server.origin) })
    page = await site.open('/')
    await page.setViewport({ width: 1280, height: 900 })
  })
  afterAll(async () => {
    await closeBrowser(browser)
    await Promise.all([site.holdfast.stop(), server.close(), given.remove()])
  })

  const settings = () => click(page, 'link', 'Settings')
  const notes = () => click(page, 'link', 'Back to notes')
  const connect = async (address: string) => {
    await fill(page, 'Address of Ollama', address)
    await click(page, 'button', 'Connect to Ollama')
  }
  const write = async (title: string, body: string) => {
    await click(page, 'button', 'New note')
    await fill(page, 'Title', title)
    await fill(page, 'Note', body)
    await showsText(page, 'Saved on this device')
  }
  const askFor = async (what: string) => {
    await click(page, 'button', 'AI')
    await click(page, 'button', what)
  }

  test('nothing is asked before somebody asks, and Ollama is found, or said why not', async () => {
    const [free = 0] = await freePorts(1)
    await settings()
    await byRole(page, 'region', 'Local AI')
    await byRole(page, 'region', 'AI with a key of your own')
    expect(server.seen).toEqual([])
    await connect(String(free))
    await showsText(page, `Ollama isn’t answering at 127.0.0.1:${free}.`)
    await byRole(page, 'button', 'Retry')
    await connect('http://192.168.1.20:11434')
    await showsText(page, 'Holdfast reaches this computer only')
    server.admit('none')
    await connect(String(server.port))
    await showsText(page, `OLLAMA_ORIGINS=${site.holdfast.appUrl} ollama serve`)
    server.admit('local')
    server.has([])
    await click(page, 'button', 'Retry')
    await showsText(page, 'ollama pull llama3.2')
    server.has(['llama3.2:latest', 'qwen3:8b'])
    await click(page, 'button', 'Retry')
    await showsText(page, `Connected to Ollama at 127.0.0.1:${server.port}.`)
    expect(server.seen.map(({ method, path }) => `${method} ${path}`).slice(-2)).toEqual([
      'POST /api/show',
      'GET /api/tags',
    ])
    await choose(page, 'Model', 'qwen3:8b')
    expect(await violations(page)).toEqual([])
    await page.reload()
    await showsText(page, `qwen3:8b at 127.0.0.1:${server.port} answers.`)
    await notes()
  })

  test('an answer comes as it is written, is stopped, and nothing of it is in the note', async () => {
    await write('Harbour', 'The mooring costs 40 a month.')
    server.answers({ says: ['<think>hm</think>Forty ', 'a month'], waits: true })
    await askFor('Summarise')
    await suggests(page, 'Forty ')
    await showsText(page, 'Writing…')
    await click(page, 'button', 'Stop')
    await showsText(page, 'Stopped. This is what came until then')
    await waitFor(() => server.last('/api/chat')?.dropped, 'the server is let go')
    expect(await bodyOf(page)).toBe('The mooring costs 40 a month.')
    expect(JSON.parse(server.last('/api/chat')?.body ?? '')).toMatchObject({
      model: 'qwen3:8b',
      stream: true,
      think: false,
    })
    await click(page, 'button', 'Discard')
    await noSuggestion(page)
    expect(await bodyOf(page)).toBe('The mooring costs 40 a month.')
  })

  test('a suggestion is text, whatever it holds, and goes in as one edit that is taken back', async () => {
    const hostile = '<img src=x onerror="globalThis.hit=1"> **bold** [x](javascript:globalThis.hit=1)'
    server.answers({ says: [hostile] })
    await askFor('Summarise')
    await showsText(page, 'Ready. Your note is as it was')
    expect(await suggested(page)).toBe(hostile)
    await click(page, 'button', 'Insert')
    await waitFor(async () => (await bodyOf(page)).startsWith(hostile), 'the summary is in the note')
    expect(await bodyOf(page)).toBe(`${hostile}\n\nThe mooring costs 40 a month.`)
    await click(page, 'button', 'Undo')
    await waitFor(async () => (await bodyOf(page)) === 'The mooring costs 40 a month.', 'it is taken back')
    expect(await page.evaluate(() => Reflect.get(globalThis, 'hit'))).toBeUndefined()
    await click(page, 'button', 'History')
    await byRole(page, 'textbox', 'Text of the version')
    await click(page, 'button', 'Close')
  })

  test('a title, and what is marked is rewritten alone, which the keys take back', async () => {
    await write('', 'First teh boat.\nThen the oars.')
    server.answers({ says: ['"Boat and oars."\n'] })
    await askFor('Suggest a title')
    await click(page, 'button', 'Use as title')
    await waitFor(async () => (await titleOf(page)) === 'Boat and oars', 'the title is taken')
    await click(page, 'button', 'Close')
    server.answers({ says: ['First the boat.'] })
    await mark(page, 'First teh boat.')
    await click(page, 'button', 'AI')
    await fill(page, 'How to rewrite', 'Correct it')
    await click(page, 'button', 'Rewrite')
    await suggests(page, 'First the boat.')
    const asked = JSON.parse(server.last('/api/chat')?.body ?? '').messages[1].content
    expect(asked).toBe('Correct it\n\n<note>\nFirst teh boat.\n</note>')
    await click(page, 'button', 'Replace')
    await waitFor(async () => (await bodyOf(page)) === 'First the boat.\nThen the oars.', 'it is replaced')
    await page.focus('#note-body')
    await page.keyboard.down('Control')
    await page.keyboard.press('z')
    await page.keyboard.up('Control')
    await waitFor(async () => (await bodyOf(page)) === 'First teh boat.\nThen the oars.', 'the keys take it back')
    await click(page, 'button', 'Close')
  })

  test('what was changed meanwhile is not replaced, and a long note is said to be read in part', async () => {
    await write('Long', 'kelp '.repeat(3000))
    server.answers({ says: ['shorter'] })
    await askFor('Rewrite')
    await suggests(page, 'shorter')
    await showsText(page, 'only its beginning was read')
    await byRole(page, 'button', 'Replace')
    await fill(page, 'Note', 'Something else')
    await showsText(page, 'The text was changed meanwhile')
    expect(await hasRole(page, 'button', 'Replace')).toBe(false)
    await click(page, 'button', 'Discard')
  })

  test('a document is drafted from chosen notes, in a note of its own, by the keys alone', async () => {
    server.answers({ says: ['# The plan\n\nPay for the mooring.'] })
    await click(page, 'button', 'AI')
    await (await byRole(page, 'button', 'Draft from notes')).focus()
    await page.keyboard.press('Enter')
    await byRole(page, 'dialog', 'Draft from notes')
    await page.keyboard.type('mooring')
    await waitFor(
      () => page.evaluate(() => document.querySelectorAll('.draft-notes label').length === 1),
      'one is found',
    )
    expect(await violations(page)).toEqual([])
    await page.keyboard.press('Tab')
    await page.keyboard.press(' ')
    await showsText(page, '1 note chosen')
    await page.keyboard.press('Tab')
    await page.keyboard.type('A plan for the boat')
    await page.keyboard.press('Tab')
    await page.keyboard.press('Tab')
    await page.keyboard.press('Enter')
    await suggests(page, '# The plan\n\nPay for the mooring.')
    expect([await titleOf(page), await bodyOf(page)]).toEqual(['A plan for the boat', ''])
    expect(server.last('/api/chat')?.body).toContain('The mooring costs 40 a month.')
    expect(server.last('/api/chat')?.body).not.toContain('teh boat')
    expect(await violations(page)).toEqual([])
    await click(page, 'button', 'Insert')
    await waitFor(async () => (await titleOf(page)) === 'The plan', 'the draft has its own title')
    expect(await bodyOf(page)).toBe('Pay for the mooring.\n')
    await click(page, 'button', 'Close')
  })

  test('a voice memo is written down on this machine, and search finds what was said', async () => {
    await settings()
    await fill(page, 'Address of the speech server', server.origin)
    await click(page, 'button', 'Connect to the speech server')
    await showsText(page, `Connected to the speech server at 127.0.0.1:${server.port}.`)
    await notes()
    await write('Memo', 'Listen:')
    await pick(page, 'Files to attach', [await given.put('shore.mp3', 'not really a sound')])
    server.answers({ says: [' Laminaria grows at the pier. '] })
    await click(page, 'button', 'Transcribe shore.mp3')
    await suggests(page, 'Laminaria grows at the pier.')
    expect(server.last('/v1/audio')?.headers.authorization).toBeUndefined()
    await searchFor(page, 'laminaria')
    await listed(page, ['Memo'])
    await page.keyboard.press('Escape')
    await click(page, 'button', 'Insert')
    await waitFor(
      async () => /shore\.mp3\]\(attachment:[\w-]+\)\n\nLaminaria grows at the pier\.\n/u.test(await bodyOf(page)),
      'it is in the text',
    )
    await click(page, 'button', 'Close')
  })

  /** Gives a provider its key and its model, and lets it answer. */
  test('providers answer with a key that the worker adds, each in its own way', async () => {
    await settings()
    const asked = server.seen.length
    await fill(page, 'Key for OpenAI', 'no key')
    await page.keyboard.press('Enter')
    await showsText(page, 'MESSAGE_INVALID')
    expect(server.seen).toHaveLength(asked)
    const providers = [
      ['OpenAI', 'gpt-4.1-mini', '/openai/v1/chat', 'authorization', `Bearer ${KEY}`],
      ['Anthropic', 'claude-haiku', '/anthropic/v1/messages', 'x-api-key', KEY],
      ['Google Gemini', 'gemini-flash', '/gemini/v1beta/models/gemini-flash:', 'x-goog-api-key', KEY],
      ['harbour', 'gpt-4.1', '/other/deep/v1/chat', 'authorization', `Bearer ${KEY}`],
    ] as const
    for (const [name, model, path, header, value] of providers) {
      await useProvider(page, { name, model, key: KEY })
      await notes()
      server.answers({ says: [`Ümlaut of ${name}, `, 'in 🌊 pieces.'] })
      await askFor('Summarise')
      await suggests(page, `Ümlaut of ${name}, in 🌊 pieces.`)
      await showsText(page, `From ${model} (${name})`)
      expect(server.last(path)?.headers[header]).toBe(value)
      expect(server.last(path)?.headers.cookie).toBeUndefined()
      await click(page, 'button', 'Discard')
      await settings()
    }
    expect(await violations(page)).toEqual([])
    await choose(page, 'Who writes down speech', 'OpenAI')
    await notes()
  })

  test('a key is on no surface of a page, and outlives a killed worker', async () => {
    const paths = ['/', '/sw.js', '/api/v1/auth/status', '/~/openai/models', '/~/anthropic/models', '/~/harbour/models']
    const surfaces = await page.evaluate(() => [
      document.documentElement.outerHTML,
      [...document.querySelectorAll('input, textarea')].map((field) => Reflect.get(field, 'value')),
      Object.entries(globalThis).map(([name, value]) => [name, typeof value === 'string' ? value : typeof value]),
      performance.getEntries().map((entry) => entry.toJSON()),
    ])
    const obtained = JSON.stringify([await site.attack('canaries', { paths }), surfaces])
    // The search has been where the worker keeps it: under the seal.
    expect(obtained).toContain('secret/openai')
    const forms = [KEY, btoa(KEY).replace(/=+$/u, ''), Buffer.from(KEY).toString('hex'), encodeURIComponent(KEY)]
    for (const form of forms) expect(obtained).not.toContain(form)
    await killWorkers(browser, page)
    server.answers({ says: ['Pier.'] })
    await click(page, 'button', 'Transcribe shore.mp3')
    await suggests(page, 'Pier.')
    expect(server.last('/openai/v1/audio')?.headers.authorization).toBe(`Bearer ${KEY}`)
    await click(page, 'button', 'Discard')
  })

  test('every failure is told in words, with a code, and what came stays', async () => {
    const fails = async (script: Script, words: string, code: string) => {
      server.answers(script)
      await askFor('Summarise')
      await showsText(page, words)
      await showsText(page, code)
      await byRole(page, 'button', 'Try again')
    }
    const before = await bodyOf(page)
    await fails({ status: 429, headers: { 'retry-after': '20' } }, 'Try again in 20 seconds.', 'AI_BUSY')
    await fails({ status: 500 }, 'has a fault of its own', 'AI_DOWN')
    await fails({ status: 404 }, 'does not have this model any more', 'AI_MODEL_UNKNOWN')
    server.answers({ says: ['Half of it', ''], waits: true, cut: true })
    await askFor('Summarise')
    await suggests(page, 'Half of it')
    server.release()
    await showsText(page, 'The answer was cut off')
    await showsText(page, 'AI_CUT')
    expect(await suggested(page)).toBe('Half of it')
    server.takesKey('another')
    await fails({}, 'did not accept the key', 'AI_KEY_REFUSED')
    server.takesKey(KEY)
    server.answers({ says: ['Well.'] })
    await click(page, 'button', 'Try again')
    await suggests(page, 'Well.')
    await click(page, 'button', 'Discard')
    await setOnline(page, false)
    await click(page, 'button', 'AI')
    await showsText(page, 'This model is not on this computer, and there is no network.')
    await setOnline(page, true)
    await page.keyboard.press('Escape')
    expect(await bodyOf(page)).toBe(before)
  })

  test('fits a screen of 320 px, and a key that is removed is of no use any more', async () => {
    await page.setViewport({ width: 320, height: 640 })
    await openRow(page, 'Memo')
    const width = () => page.evaluate(() => document.documentElement.scrollWidth)
    server.answers({ says: ['Averylongwordwithoutanyspaces'.repeat(10)] })
    await askFor('Summarise')
    await showsText(page, 'Ready.')
    expect(await width()).toBeLessThanOrEqual(320)
    expect(await violations(page)).toEqual([])
    await click(page, 'button', 'Discard')
    await settings()
    expect(await width()).toBeLessThanOrEqual(320)
    await click(page, 'button', 'Remove the key')
    await waitFor(async () => !(await page.evaluate(keyIsKept, 'OpenAI')), 'no key is kept')
    const answer = await page.evaluate(async () => (await fetch('/~/openai/models')).status)
    expect(answer).toBe(401)
    expect(server.last('/openai/v1/models')?.headers.authorization).toBeUndefined()
  })

  test('a sign-in leaves keys where they are, and a sign-out forgets them, after saying so', async () => {
    await page.setViewport({ width: 1280, height: 900 })
    expect(await page.evaluate(keyIsKept, 'Anthropic')).toBe(true)
    await createAccount(page)
    await settings()
    await waitFor(() => page.evaluate(keyIsKept, 'Anthropic'), 'the key is still kept')
    await click(page, 'button', 'Sign out')
    await byRole(page, 'dialog', 'Sign out')
    await showsText(page, 'The keys for AI are forgotten too.')
    await click(page, 'button', 'Sign out')
    await byRole(page, 'button', 'Sign in')
    await showsText(page, 'No key')
    expect(await page.evaluate(keyIsKept, 'Anthropic')).toBe(false)
  })
})
