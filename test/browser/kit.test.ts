import type { Page } from 'puppeteer-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { browsers } from '../support/browsers.ts'
import { waitFor } from '../support/deadline.ts'
import { killWorkers } from '../support/kill.ts'
import { pageFetch } from '../support/page.ts'
import { type KitApp, startKitApp } from './kit/kit-app.ts'
import type { Kit } from './kit/page/page.ts'

declare const kit: Kit

const stateOf = (page: Page) => page.evaluate(() => kit.state())

describe.each(browsers)('the kit in an app of somebody else, with several providers, in %s', (kind) => {
  let app: KitApp
  let page: Page
  const authorization = (path: string) => app.api.last(path)?.headers.authorization

  beforeAll(async () => {
    app = await startKitApp(kind)
    page = await app.open()
  })
  afterAll(() => app.close())

  it('leaves the app its own listeners, routes and messages', async () => {
    const texts = ['/own-before', '/workbox', '/own-after'].map(async (path) => (await pageFetch(page, path)).body)
    expect(await Promise.all(texts)).toEqual(['before', 'workbox', 'after'])
    const own = page.evaluate(async () => {
      const { port1, port2 } = new MessageChannel()
      const { promise, resolve } = Promise.withResolvers<unknown>()
      port1.onmessage = ({ data }) => resolve(data)
      navigator.serviceWorker.controller?.postMessage({ type: 'OWN' }, [port2])
      return promise
    })
    expect(await own).toBe('own')
  })

  it('signs in at two providers at once, in two tabs, and tells both sessions', async () => {
    const other = await app.open()
    await Promise.all([app.signIn(page, 'one'), app.signIn(other, 'two')])
    await other.close()
    const { sessions } = await stateOf(page)
    expect(sessions).toMatchObject({
      one: { status: 'signed-in', provider: 'one', limits: ['no-par'] },
      two: { status: 'signed-in', provider: 'two' },
      plain: { status: 'anonymous' },
    })
  })

  it('sends each API the tokens of its own provider, and what matches nothing none', async () => {
    for (const path of ['/one/me', '/two/me', '/plain/me', '/other/me']) {
      expect((await pageFetch(page, app.api.origin + path)).status).toBe(200)
    }
    expect(authorization('/one/me')).toMatch(/^DPoP /)
    expect(authorization('/two/me')).toMatch(/^DPoP /)
    expect(authorization('/two/me')).not.toBe(authorization('/one/me'))
    expect(authorization('/plain/me')).toBeUndefined()
    expect(authorization('/other/me')).toBeUndefined()
  })

  it('says of a provider without form_post, DPoP, revocation or refresh tokens what its session lacks', async () => {
    app.liar.tenant('plain').dpop = false
    app.liar.tenant('plain').lies = {
      reply: {
        discovery: ({ body, ...rest }) => ({ ...rest, body: { ...Object(body), revocation_endpoint: undefined } }),
        token: ({ body, ...rest }) => ({ ...rest, body: { ...Object(body), refresh_token: undefined } }),
      },
    }
    await app.signIn(page, 'plain')
    const { sessions } = await stateOf(page)
    const limits = ['bearer', 'no-refresh', 'no-revocation', 'code-in-address', 'no-par']
    expect(sessions.plain).toMatchObject({ status: 'signed-in', limits })
    await pageFetch(page, `${app.api.origin}/plain/me`)
    expect(authorization('/plain/me')).toMatch(/^Bearer /)
  })

  it('keeps all of them over a killed worker', async () => {
    await killWorkers(app.browser, page)
    await page.reload()
    await waitFor(async () => (await stateOf(page).catch(() => undefined))?.status === 'signed-in', 'the state is back')
    expect(Object.values((await stateOf(page)).sessions).map(({ status }) => status)).toEqual([
      'signed-in',
      'signed-in',
      'signed-in',
    ])
  })

  it('signs out of one, and the others stay', async () => {
    await page.evaluate(() => kit.signOut('two'))
    expect((await stateOf(page)).sessions).toMatchObject({
      one: { status: 'signed-in' },
      two: { status: 'anonymous' },
      plain: { status: 'signed-in' },
    })
    await pageFetch(page, `${app.api.origin}/two/me`)
    expect(authorization('/two/me')).toBeUndefined()
    await killWorkers(app.browser, page)
    await pageFetch(page, `${app.api.origin}/one/me`)
    expect(authorization('/one/me')).toMatch(/^DPoP /)
  })

  describe('redirects', () => {
    const ask = (resource: string, status: number, to: string) =>
      page.evaluate(
        async (url) => {
          try {
            const { status: got, url: end } = await fetch(url)
            return `${got} ${new URL(end).pathname}`
          } catch {
            return 'refused'
          }
        },
        `${app.api.origin}/${resource}/redirect?status=${status}&to=${encodeURIComponent(to)}`,
      )
    const statuses = [301, 302, 303, 307, 308]

    it.each(statuses)('a %i is refused unless the resource allows it', async (status) => {
      expect(await ask('one', status, '/other/me')).toBe('refused')
      expect(authorization('/one/redirect')).toMatch(/^DPoP /)
    })

    it.each(statuses)('a %i that is allowed is followed without credentials, wherever it leads', async (status) => {
      for (const to of ['/moves/me', '/other/me', `${app.liar.origin}/one/api/me`]) {
        app.api.seen.length = 0
        expect(await ask('moves', status, to)).toBe(`200 ${new URL(to, app.api.origin).pathname}`)
        const dressed = app.api.seen.filter(({ headers }) => 'authorization' in headers || 'dpop' in headers)
        expect(dressed.map(({ path }) => path)).toEqual(['/moves/redirect'])
      }
    })
  })

  describe('uploads', () => {
    const upload = (size: number, how: 'blob' | 'stream' | 'xhr') =>
      page.evaluate(
        async (url, length, kindOf) => {
          const bytes = new Uint8Array(length)
          for (let at = 0; at < length; at += 65_536) crypto.getRandomValues(bytes.subarray(at, at + 65_536))
          const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes))
          const sha256 = [...digest].map((byte) => byte.toString(16).padStart(2, '0')).join('')
          const blob = new Blob([bytes])
          let answer: unknown
          if (kindOf === 'xhr') {
            const xhr = new XMLHttpRequest()
            const { promise, resolve, reject } = Promise.withResolvers<unknown>()
            xhr.onload = () => resolve(JSON.parse(xhr.responseText))
            xhr.onerror = reject
            xhr.open('POST', url)
            xhr.send(blob)
            answer = await promise
          } else {
            const stream = { body: blob.stream(), duplex: 'half' }
            const body = kindOf === 'blob' ? { body: blob } : stream
            answer = await (await fetch(url, { method: 'POST', ...body })).json()
          }
          return { sha256, answer }
        },
        `${app.api.origin}/one/upload`,
        size,
        how,
      )

    it.each([0, 1, 1_000_000, 9 * 1024 * 1024])('%i bytes arrive as they were', async (size) => {
      const { sha256, answer } = await upload(size, 'blob')
      expect(answer).toMatchObject({ size, sha256 })
    })

    it('a stream arrives as it was, where the browser has such bodies', async () => {
      const hasStreams = await page.evaluate(() => 'duplex' in Request.prototype)
      expect(hasStreams).toBe(kind === 'chromium')
      if (!hasStreams) return
      const { sha256, answer } = await upload(300_000, 'stream')
      expect(answer).toMatchObject({ size: 300_000, sha256 })
    })

    // Neither browser tells a page the progress of an upload that a service worker takes: docs/decisions/011.
    it('one of XMLHttpRequest arrives as it was', async () => {
      const { sha256, answer } = await upload(3_000_000, 'xhr')
      expect(answer).toMatchObject({ size: 3_000_000, sha256 })
    })

    it('a form arrives with its own content type', async () => {
      const answer = await page.evaluate(async (url) => {
        const form = new FormData()
        form.set('file', new Blob(['x'.repeat(1000)]), 'x.txt')
        return (await fetch(url, { method: 'POST', body: form })).json()
      }, `${app.api.origin}/one/upload`)
      expect(answer.type).toMatch(/^multipart\/form-data; boundary=/)
    })

    it('one that is aborted ends for the page at once', async () => {
      const outcome = await page.evaluate(async (url) => {
        const controller = new AbortController()
        const asked = fetch(url, { method: 'POST', body: new Blob(['x'.repeat(100)]), signal: controller.signal })
        setTimeout(() => controller.abort(), 300)
        return asked.then(
          () => 'answered',
          (error) => error.name,
        )
      }, `${app.api.origin}/one/hang`)
      expect(outcome).toBe('AbortError')
      // No browser tells its worker before the answer has begun, so that the API would know.
    })
  })

  describe('downloads', () => {
    const pieces = () => `${app.api.origin}/one/pieces`
    /** Begins one in the page, which keeps what it reads in `read`. */
    const begin = async () => {
      const before = app.api.seen.length
      await page.evaluate((url) => {
        const read: string[] = []
        const controller = new AbortController()
        Object.assign(globalThis, { read, controller })
        const run = async () => {
          const { body } = await fetch(url, { signal: controller.signal })
          const reader = body?.pipeThrough(new TextDecoderStream()).getReader()
          for (let part = await reader?.read(); part?.done === false; part = await reader?.read()) read.push(part.value)
          read.push('end')
        }
        run().catch((error) => read.push(error.name))
      }, pieces())
      return waitFor(() => app.api.seen.slice(before).find(({ path }) => path === '/one/pieces'), 'the API is asked')
    }
    const read = () => page.evaluate(() => Reflect.get(globalThis, 'read') as string[])
    const reads = (text: string) => waitFor(async () => (await read()).join('').includes(text), `"${text}" is read`)

    it('the first piece is there before the last is sent', async () => {
      const download = await begin()
      expect(download.headers.authorization).toMatch(/^DPoP /)
      download.send('first')
      await reads('first')
      download.send('last')
      download.end()
      await reads('end')
      expect((await read()).join('')).toBe('firstlastend')
    })

    it('one that is aborted ends at the API too', async () => {
      const download = await begin()
      download.send('first')
      await reads('first')
      await page.evaluate(() => Reflect.get(globalThis, 'controller').abort())
      await reads('AbortError')
      // Firefox reads on by itself: docs/decisions/011.
      if (kind === 'chromium') await waitFor(() => download.cut, 'the API knows of it')
      download.drop()
    })

    it('progress is told piece by piece', async () => {
      const before = app.api.seen.length
      await page.evaluate((url) => {
        const loaded: number[] = []
        const xhr = new XMLHttpRequest()
        xhr.onprogress = (event) => loaded.push(event.loaded)
        Object.assign(globalThis, { loaded })
        xhr.open('GET', url)
        xhr.send()
      }, pieces())
      const last = () => page.evaluate(() => (Reflect.get(globalThis, 'loaded') as number[]).at(-1))
      const download = await waitFor(() => app.api.seen[before], 'the API is asked')
      download.send('x'.repeat(10_000))
      await waitFor(async () => (await last()) === 10_000, 'ten thousand bytes are told')
      download.send('x'.repeat(5000))
      await waitFor(async () => (await last()) === 15_000, 'all bytes are told')
      download.end()
    })
  })

  describe('server-sent events', () => {
    const listen = () =>
      page.evaluate((url) => {
        const heard: string[] = []
        const source = new EventSource(url)
        source.onmessage = ({ data }) => heard.push(data)
        Object.assign(globalThis, { heard, source })
      }, `${app.api.origin}/one/events`)
    const heard = () => page.evaluate(() => Reflect.get(globalThis, 'heard') as string[])
    const hears = (count: number) => waitFor(async () => (await heard()).length >= count, `${count} events are heard`)
    const streams = () => app.api.seen.filter(({ path }) => path === '/one/events')

    it('arrive one by one, with credentials, and go on after a cut and after a kill', async () => {
      await listen()
      await waitFor(() => streams().length === 1, 'the API is asked')
      expect(streams()[0]?.headers.authorization).toMatch(/^DPoP /)
      streams()[0]?.send('retry: 50\nid: 1\ndata: a\n\n')
      await hears(1)
      streams()[0]?.send('id: 2\ndata: b\n\n')
      await hears(2)
      streams()[0]?.end()
      await waitFor(() => streams().length === 2, 'the page asks again')
      // Chromium keeps this header from service workers: docs/decisions/011.
      if (kind === 'firefox') expect(streams()[1]?.headers).toMatchObject({ 'last-event-id': '2' })
      expect(streams()[1]?.headers.authorization).toMatch(/^DPoP /)
      await killWorkers(app.browser, page)
      streams()[1]?.end()
      await page.evaluate(() => Reflect.get(globalThis, 'source').close())
      await listen()
      const fresh = await waitFor(() => streams()[2], 'another page asks')
      expect(fresh.headers.authorization).toMatch(/^DPoP /)
      fresh.send('data: c\n\n')
      await hears(1)
      expect(await heard()).toEqual(['c'])
      await page.evaluate(() => Reflect.get(globalThis, 'source').close())
      if (kind === 'chromium') await waitFor(() => fresh.cut, 'the API knows that nobody listens')
    })
  })

  describe('aliases and secrets', () => {
    const key = 'sk-test-0123456789abcdef'

    it('an alias leads to the resource with the credentials of its provider', async () => {
      await app.signIn(page, 'two')
      expect((await pageFetch(page, '/~/two/two/me')).body).toBe('me')
      expect(authorization('/two/me')).toMatch(/^DPoP /)
    })

    it('a secret is put once, used, and never given back', async () => {
      await pageFetch(page, '/~/ai/ai/me', { headers: { 'x-api-key': 'of-the-page' } })
      expect(app.api.last('/ai/me')?.headers['x-api-key']).toBeUndefined()
      expect(await page.evaluate((value) => kit.putSecret('ai', value), key)).toEqual([{ name: 'ai', set: true }])
      for (const address of ['/~/ai/ai/me', `${app.api.origin}/ai/me`]) {
        const headers = { 'x-api-key': 'of-the-page', authorization: 'Bearer of-the-page' }
        const answer = await pageFetch(page, address, { headers })
        expect(answer.body).toBe('me')
        expect(app.api.last('/ai/me')?.headers['x-api-key']).toBe(key)
        expect(authorization('/ai/me')).toBeUndefined()
        expect(JSON.stringify(answer)).not.toContain(key)
      }
      expect(JSON.stringify([await page.evaluate(() => kit.listSecrets()), await stateOf(page)])).not.toContain(key)
    })

    it('a secret is sealed, and there after the worker was killed', async () => {
      await killWorkers(app.browser, page)
      await pageFetch(page, '/~/ai/ai/me')
      expect(app.api.last('/ai/me')?.headers['x-api-key']).toBe(key)
      const stored = await page.evaluate(async () => {
        const opened = indexedDB.open('holdfast-custody')
        await new Promise((resolve) => opened.addEventListener('success', resolve))
        const asked = opened.result.transaction('records').objectStore('records').getAll()
        await new Promise((resolve) => asked.addEventListener('success', resolve))
        opened.result.close()
        return asked.result.map((record) => new TextDecoder().decode(record)).join('')
      })
      expect(stored).not.toContain(key)
    })

    it('refuses names that the configuration has no place for, and values that no header can carry', async () => {
      expect(await page.evaluate(() => kit.putSecret('other', 'x'))).toBe('SECRET_UNKNOWN')
      expect(await page.evaluate(() => kit.putSecret('ai', 'a b\r\nx: y'))).toBe('MESSAGE_INVALID')
      expect(await page.evaluate(() => kit.putSecret('ai', 'x'.repeat(9000)))).toBe('MESSAGE_TOO_LARGE')
      expect(await page.evaluate(() => kit.removeSecret('other'))).toBe('SECRET_UNKNOWN')
    })

    it('answers nothing but what a script reads: no other path, no script, no navigation', async () => {
      const before = app.api.seen.length
      for (const path of ['/~/ai/one/me', '/~/ai/ai/..%2fone/me', '/~/none/ai/me', '/~/ai//ai/me', '/~/']) {
        expect((await pageFetch(page, path)).status).toBe(404)
      }
      const ran = await page.evaluate(async () => {
        const script = document.createElement('script')
        script.crossOrigin = 'anonymous'
        const { promise, resolve } = Promise.withResolvers<unknown>()
        script.onload = () => resolve('loaded')
        script.onerror = () => resolve('refused')
        const policy = Reflect.get(globalThis, 'trustedTypes')?.createPolicy('dompurify', {
          createScriptURL: (text: string) => text,
        })
        Reflect.set(script, 'src', policy?.createScriptURL('/~/ai/ai/script') ?? '/~/ai/ai/script')
        document.body.append(script)
        return [await promise, 'ran' in globalThis]
      })
      expect(ran).toEqual(['refused', false])
      const tab = await app.browser.newPage()
      expect((await tab.goto(`${app.origin}/~/ai/ai/me`))?.status()).toBe(404)
      await tab.close()
      expect(app.api.seen.length).toBe(before)
    })

    it('a sign-out takes the secrets along', async () => {
      await page.evaluate(() => kit.signOut())
      expect(await page.evaluate(() => kit.listSecrets())).toEqual([{ name: 'ai', set: false }])
      await pageFetch(page, '/~/ai/ai/me')
      expect(app.api.last('/ai/me')?.headers['x-api-key']).toBeUndefined()
    })
  })
})
