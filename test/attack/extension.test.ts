import { appendFile, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Page } from 'puppeteer-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type ClipSite, startClipSite } from '../extension/support/clip-site.ts'
import { type Installed, installExtension } from '../extension/support/extension.ts'
import { askEverything, codeOf, lookAround, readEverything } from '../extension/support/loot.ts'
import { signUp } from '../extension/support/session.ts'
import { browsers } from '../support/browsers.ts'
import { waitFor } from '../support/deadline.ts'
import { logOf, openPage } from '../support/page.ts'
import type { Credentials } from '../support/people.ts'
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

describe.each(browsers)('scripts against the extension in %s', (kind) => {
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

  it('case 71 without sender: the same script is told who is signed in', async () => {
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

  it('case 72 without csp: a page that frames the extension shows the popup', async () => {
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

  it('case 43: requests of the extension’s own pages carry no credentials, whatever a script adds', async () => {
    const page = await installed.open('app.html')
    const api = `${installed.holdfast.appUrl}/api/v1/user/profile`
    // They do not pass the background, which has the tokens: the API answers as it answers anyone.
    const statuses = await page.evaluate(async (address) => {
      const ask = (headers: Record<string, string>, url = address) =>
        fetch(url, { headers, credentials: 'omit' }).then(async (one) => [one.status, await one.text()], String)
      return Promise.all([
        ask({}),
        ask({}, `${address}?x=//evil`),
        ask({ authorization: 'DPoP x' }),
        ask({}, `${address}/..%2f`),
      ])
    }, api)
    expect(statuses.slice(0, 3).map(([status]) => status)).toEqual([401, 401, 401])
    expect(statuses[3]?.[0]).not.toBe(200)
    await expectNothingSecret(installed.holdfast, statuses)
    await page.close()
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
