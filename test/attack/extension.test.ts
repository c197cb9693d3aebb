import { appendFile, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Page } from 'puppeteer-core'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { type ClipSite, startClipSite } from '../extension/support/clip-site.ts'
import { type Installed, installExtension } from '../extension/support/extension.ts'
import { askEverything, codeOf, lookAround, readEverything } from '../extension/support/loot.ts'
import { signUp } from '../extension/support/session.ts'
import { caseBrowsers, removal } from '../support/browsers.ts'
import { waitFor } from '../support/deadline.ts'
import { logOf, openPage } from '../support/page.ts'
import type { Credentials } from '../support/people.ts'
import type { Recorded } from '../support/recorded.ts'
import { expectNothingSecret } from './support/canaries.ts'
import { noteObtained } from './support/obtained.ts'

/** A script of the extension in every web page, which the extension itself has not, and a button's name to call it by. */
const withContentScript = async (folder: string): Promise<void> => {
  const path = join(folder, 'manifest.json')
  const manifest = JSON.parse(await readFile(path, 'utf8'))
  const content_scripts = [{ matches: ['http://127.0.0.1/*'], js: ['content.js'] }]
  await writeFile(path, JSON.stringify({ ...manifest, content_scripts }))
  await writeFile(
    join(folder, 'content.js'),
    `document.addEventListener('ask', async () => {
      const told = await (${askEverything})()
      const stored = await chrome.storage.local.get(null).catch(String)
      const session = await Promise.resolve().then(() => chrome.storage.session.get(null)).catch(String)
      document.documentElement.dataset.told = JSON.stringify({ told, stored, session })
    })`,
  )
}

/** The background as it would be if it believed whoever has its id. */
const withoutSender = async (folder: string): Promise<void> => {
  await withContentScript(folder)
  const path = join(folder, 'background.js')
  const believing = `;(() => {
    const { onMessage } = chrome.runtime
    const add = onMessage.addListener.bind(onMessage)
    const url = chrome.runtime.getURL('popup.html')
    const ours = { id: chrome.runtime.id, url, origin: new URL(url).origin }
    onMessage.addListener = (listener) => add((message, sender, respond) => listener(message, ours, respond))
  })();\n`
  await writeFile(path, believing + (await readFile(path, 'utf8')))
}

/** Pages of the extension that any page may show, and that may be framed. */
const withoutFrameRules = async (folder: string): Promise<void> => {
  const path = join(folder, 'manifest.json')
  const manifest = JSON.parse((await readFile(path, 'utf8')).replace(" frame-ancestors 'none';", ''))
  const web_accessible_resources = [{ resources: ['popup.html'], matches: ['<all_urls>'] }]
  await writeFile(path, JSON.stringify({ ...manifest, web_accessible_resources }))
  await appendFile(join(folder, 'popup.html'), '<p>framed</p>')
}

/** What a content script of the extension is told. */
const askFromContent = async (
  page: Page,
): Promise<{ readonly told: readonly unknown[]; readonly session: unknown }> => {
  await page.evaluate(() => document.dispatchEvent(new Event('ask')))
  const told = () => page.evaluate(() => document.documentElement.dataset.told)
  return JSON.parse(await waitFor(told, 'the content script has its answers', 30_000))
}

/** Frames pages of the extension, and says what came into the frames. */
const frame = async (page: Page, origin: string): Promise<readonly string[]> => {
  await page.evaluate(async (from) => {
    for (const path of ['popup.html', 'app.html', 'app.html?settings']) {
      const made = document.createElement('iframe')
      const loaded = new Promise((resolve) => {
        made.addEventListener('load', resolve)
        made.addEventListener('error', resolve)
      })
      made.src = `${from}/${path}`
      document.body.append(made)
      await Promise.race([loaded, new Promise((resolve) => setTimeout(resolve, 2000))])
    }
  }, origin)
  const texts = page.frames().map((one) => one.evaluate(() => document.body?.textContent ?? '').catch(() => ''))
  return (await Promise.all(texts)).slice(1)
}

describe.each(caseBrowsers)('scripts against the extension in %s', (kind) => {
  let installed: Installed
  let site: ClipSite
  let popup: Page
  let person: Credentials

  beforeAll(async () => {
    site = await startClipSite()
    installed = await installExtension(kind, { change: withContentScript })
    popup = await installed.open('popup.html')
    person = await signUp(installed, popup)
  })
  afterAll(async () => {
    await installed.close()
    await site.stop()
  })

  const visit = async ({ browser }: Installed): Promise<Page> => {
    const page = await openPage(browser)
    await page.goto(`${site.origin}/article.html`)
    return page
  }
  /** Another extension with one layer less, signed in. */
  const withChange = async (change: (folder: string) => Promise<void>, attack: (bare: Installed) => Promise<void>) => {
    const bare = await installExtension(kind, { change })
    try {
      await signUp(bare, await bare.open('popup.html'))
      await attack(bare)
    } finally {
      await bare.close()
    }
  }

  it('case 70: a web page finds no door to the extension', async () => {
    const page = await visit(installed)
    const told = await page.evaluate(
      async (origin, id) => {
        const tried: unknown[] = []
        const { runtime } = Reflect.get(globalThis, 'chrome') ?? {}
        tried.push(runtime?.sendMessage === undefined ? 'no door' : 'a door')
        tried.push(runtime?.connect === undefined ? 'no door' : 'a door')
        tried.push(Reflect.get(globalThis, 'browser')?.runtime?.sendMessage === undefined ? 'no door' : 'a door')
        for (const path of ['background.js', 'config.js', 'popup.html', 'manifest.json', 'icons/icon-16.png']) {
          tried.push(
            await fetch(`${origin}/${path}`).then(
              () => 'a door',
              () => 'no door',
            ),
          )
        }
        window.postMessage({ v: 1, id, type: 'session.get' }, '*')
        return tried
      },
      installed.origin,
      crypto.randomUUID(),
    )
    expect(new Set(told)).toEqual(new Set(['no door']))
    await page.close()
  })

  it('case 71: a script of the extension in a web page is refused by its sender', async () => {
    const page = await visit(installed)
    const obtained = await askFromContent(page)
    expect(obtained.told.length).toBeGreaterThan(60)
    expect(new Set(obtained.told.map(codeOf))).toEqual(new Set(['SENDER_REFUSED']))
    // The browser keeps what lasts as long as itself from such scripts.
    expect(obtained.session).toEqual(expect.any(String))
    expect(JSON.stringify(obtained)).not.toContain(person.email)
    await expectNothingSecret(installed.holdfast, obtained)
    await page.close()
  })

  removal('case 71 without sender: the same script is told who is signed in', async () => {
    await withChange(withoutSender, async (bare) => {
      const { told } = await askFromContent(await visit(bare))
      expect(JSON.stringify(told)).toContain('"status":"signed-in"')
      noteObtained({ 'session state': 1 })
      // Even so there is no message for anything secret.
      await expectNothingSecret(bare.holdfast, told)
    })
  })

  it('case 72: a page that frames the extension shows nothing of it', async () => {
    const page = await visit(installed)
    const shown = await frame(page, installed.origin)
    expect(shown.join('')).not.toMatch(/Clip page|Open Holdfast|Settings/)
    await page.close()
  })

  removal('case 72 without csp: a page that frames the extension shows the popup', async () => {
    await withChange(withoutFrameRules, async (bare) => {
      expect((await frame(await visit(bare), bare.origin)).join('')).toContain('framed')
      noteObtained({ 'page of the extension': 1 })
    })
  })

  it('case 38: a script in a page of the extension finds no token in the clear, and no key to take away', async () => {
    const stored = await popup.evaluate(readEverything)
    expect(JSON.stringify(stored)).toContain('session/main')
    expect(JSON.stringify(stored)).toContain('refused refused refused')
    await expectNothingSecret(installed.holdfast, stored)
  })

  it('case 40: nothing secret is on screen, in the console or in what the pages of the extension remember', async () => {
    const page = await installed.open('app.html?settings')
    const places = await Promise.all([popup, page].map(lookAround))
    expect(JSON.stringify(places)).toContain(person.email)
    await expectNothingSecret(installed.holdfast, [places, logOf(popup), logOf(page)])
    await page.close()
  })

  describe('with requests of its own from a page of the extension', () => {
    const status = '/api/v1/user/profile'
    const elsewhere = '/diagnosis/api/v1/echo'
    const echo = ({ headers }: Recorded): Response =>
      Response.json(headers, { headers: { 'access-control-allow-origin': '*' } })
    let page: Page

    beforeAll(async () => {
      page = await installed.open('app.html')
    })
    afterEach(() => installed.holdfast.recorder.recover())
    afterAll(() => page.close())

    type Call = readonly [address: string, method?: string, headers?: Record<string, string>]
    /** Makes the calls, and says what they were answered. The background, which has the tokens, has no part in them. */
    const call = async (calls: readonly Call[]): Promise<readonly (readonly [status: number, text: string])[]> => {
      const { recorder, appUrl } = installed.holdfast
      const before = recorder.requests.length
      const answers = await page.evaluate(
        (origin, all) => {
          const ask = ([address, method = 'GET', headers = {}]: (typeof all)[number]) => {
            const url = new URL(address, origin)
            url.searchParams.set('script', '1')
            return fetch(url, { method, headers, credentials: 'omit' })
          }
          const one = (wanted: (typeof all)[number]): Promise<[number, string]> =>
            Promise.resolve(wanted)
              .then(ask)
              .then(
                async (answer) => [answer.status, await answer.text()],
                (thrown) => [0, String(thrown)],
              )
          return Promise.all(all.map(one))
        },
        appUrl,
        calls,
      )
      const arrived = recorder.requests.slice(before).filter(({ search }) => search.includes('script=1'))
      expect(arrived.length).toBeGreaterThan(0)
      const bearing = arrived.filter(({ headers }) => headers.authorization?.includes('ey') || 'dpop' in headers)
      expect(bearing.map(({ path }) => path)).toEqual([])
      await expectNothingSecret(installed.holdfast, answers)
      return answers
    }

    it('case 41: is shown no credentials by TRACE, by another method or by a redirect to an address that echoes', async () => {
      const { recorder, appUrl } = installed.holdfast
      const methods = ['TRACE', 'TRACK', 'CONNECT', 'ECHO', 'OPTIONS', 'POST']
      const answers = await call([[status], ...methods.map((method): Call => [status, method])])
      expect(JSON.stringify(answers)).toContain('TypeError')
      const isStatus = ({ path, search }: Recorded): boolean => path === status && search.includes('script=1')
      for (const code of [301, 302, 303, 307, 308]) {
        const away = { location: `${appUrl}${elsewhere}?script=1`, 'access-control-allow-origin': '*' }
        recorder.failNext(isStatus, () => new Response(null, { status: code, headers: away }), Number.POSITIVE_INFINITY)
        recorder.failNext(({ path }) => path === elsewhere, echo, Number.POSITIVE_INFINITY)
        const [answer] = await call([[status]])
        expect(answer?.[1]).toContain('sec-fetch-mode')
        recorder.recover()
      }
    })

    it('case 42: has no credentials added for any address, allowed or a little beside it', async () => {
      const tricks = ['?x=//evil', '/..%2f', '/../profile', '/%2e%2e/profile', '//profile', ';x', '#x', '%00']
      const answers = await call([[status], [elsewhere], ...tricks.map((trick): Call => [status + trick])])
      expect(answers.filter(([code]) => code >= 200 && code < 300)).toEqual([])
    })

    it('case 43: stays without credentials with headers of its own', async () => {
      const own: readonly Record<string, string>[] = [
        { authorization: 'DPoP x' },
        { authorization: 'Bearer x' },
        { 'x-forwarded-host': 'localhost' },
      ]
      const answers = await call(own.map((headers): Call => [status, 'GET', headers]))
      expect(answers.filter(([code]) => code !== 401 && code !== 0)).toEqual([])
    })
  })

  it('case 44: a script in a page of the extension has nothing signed by any message', async () => {
    const operations = ['session.prove', 'dpop.sign', 'dpop.proof', 'proofs.make', 'sign', 'crypto.sign']
    const answers = await popup.evaluate(async (types) => {
      const { runtime } = Reflect.get(globalThis, 'chrome')
      const more = { v: 1, text: 'of-the-attacker', htm: 'GET', htu: 'https://elsewhere.example/' }
      return Promise.all(types.map((type) => runtime.sendMessage({ ...more, id: crypto.randomUUID(), type })))
    }, operations)
    expect(answers.map(codeOf)).toEqual(operations.map(() => 'MESSAGE_INVALID'))
    await expectNothingSecret(installed.holdfast, answers)
  })

  it('case 39: a script in a page of the extension is told the session state, and signs nothing', async () => {
    const told = await popup.evaluate(askEverything)
    const answered = told.filter((reply) => codeOf(reply) === undefined && Object(reply).ok !== undefined)
    const states = answered.filter((reply) => Object(Object(reply).ok).status === 'signed-in')
    // Besides it: the names of secrets, a claim, and clips of a tab that is not there.
    expect(states.length).toBeGreaterThan(1)
    expect(JSON.stringify(told)).toContain('MESSAGE_INVALID')
    await expectNothingSecret(installed.holdfast, told)
  })
})
