import { hkdfSync } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { createSeal } from '../../../src/seal/seal.ts'

const secret = 's'.repeat(32)
const options = {
  keys: [{ id: 'k1', secret }],
  worker: { path: '/sw.js', source: 'start()' },
  callbackPath: '/auth/callback',
  connect: ['https://id.example.com'],
}
const seal = createSeal(options)
const origin = 'https://app.example.com'
const genuine = {
  'sec-fetch-dest': 'serviceworker',
  'sec-fetch-mode': 'same-origin',
  'sec-fetch-site': 'same-origin',
  'service-worker': 'script',
}
const ask = async (path: string, headers: Record<string, string> = {}, init: RequestInit = {}, from = seal) => {
  const request = new Request(origin + path, { ...init, headers })
  const answer = await from.handle(request)
  return answer === undefined ? undefined : from.protect(request, answer)
}
const worker = async (headers: Record<string, string> = {}, from = seal) => {
  const response = await ask('/sw.js', { ...genuine, ...headers }, {}, from)
  const script = (await response?.text()) ?? ''
  const prelude = JSON.parse(/^self\.__holdfast=(.*);\n/.exec(script)?.[1] ?? '{}')
  const cookie = response?.headers.get('set-cookie') ?? ''
  return { response, script, prelude, cookie, pair: cookie.split(';')[0] ?? '' }
}

describe('the worker script', () => {
  test('carries the share, then the source, and is stored nowhere', async () => {
    const { response, script, prelude } = await worker()
    expect(script.endsWith('\nstart()')).toBe(true)
    expect(prelude.share).toMatch(/^[\w-]{43}$/)
    expect(response?.headers.get('cache-control')).toBe('no-store')
    expect(response?.headers.get('vary')).toBe('Sec-Fetch-Dest')
  })

  test('mints an install cookie that scripts can neither read nor set', async () => {
    const { cookie } = await worker()
    expect(cookie).toMatch(
      /^__Host-Http-holdfast=k1\.[\w-]{22}; Secure; HttpOnly; SameSite=Strict; Path=\/; Max-Age=34560000$/,
    )
  })

  test('is the same to the byte for the same install, and renews its cookie', async () => {
    const first = await worker()
    const again = await worker({ cookie: `other=1; ${first.pair}` })
    expect(again.script).toBe(first.script)
    expect(again.cookie).toBe(first.cookie)
  })

  test('carries another share for another install', async () => {
    expect((await worker()).prelude.share).not.toBe((await worker()).prelude.share)
  })

  test('derives the share as the document says', async () => {
    const { prelude } = await worker()
    const salt = Buffer.from(prelude.install.split('.')[1], 'base64url')
    const expected = Buffer.from(hkdfSync('sha256', secret, salt, 'holdfast seal v1', 32))
    expect(prelude.share).toBe(expected.toString('base64url'))
  })

  test('keeps older installs open after the key was rotated, and mints new ones under the new key', async () => {
    const old = await worker()
    const keys = [{ id: 'k2', secret: 't'.repeat(32) }, ...options.keys]
    const rotated = createSeal({ ...options, keys })
    expect((await worker({ cookie: old.pair }, rotated)).script).toBe(old.script)
    expect((await worker({}, rotated)).prelude.install).toMatch(/^k2\./)
  })

  test.each(['k1.short', 'k9.AAAAAAAAAAAAAAAAAAAAAA', 'k1.AAAAAAAAAAAAAAAAAAAAAA.x', '', 'k1'])(
    'an id %j that we did not mint is not believed unless it is well-formed',
    async (value) => {
      const { prelude } = await worker({ cookie: `__Host-Http-holdfast=${value}` })
      expect(prelude.install === value).toBe(false)
    },
  )
})

describe('the gate', () => {
  test.each([
    ['no fetch metadata', {}],
    ['a script element', { ...genuine, 'sec-fetch-dest': 'script' }],
    ['fetch', { ...genuine, 'sec-fetch-dest': 'empty', 'sec-fetch-mode': 'cors' }],
    ['a dedicated worker', { ...genuine, 'sec-fetch-dest': 'worker' }],
    ['another site', { ...genuine, 'sec-fetch-site': 'cross-site' }],
    ['another origin of the site', { ...genuine, 'sec-fetch-site': 'same-site' }],
    ['no service-worker header', { ...genuine, 'service-worker': '' }],
  ])('refuses the worker to %s', async (_, headers) => {
    const response = await ask('/sw.js', headers)
    expect(response?.status).toBe(403)
    expect(await response?.text()).toBe('')
    expect(response?.headers.get('set-cookie')).toBeNull()
  })

  test('refuses the worker with a query or another method', async () => {
    expect((await ask('/sw.js?x', genuine))?.status).toBe(403)
    expect((await ask('/sw.js', genuine, { method: 'POST' }))?.status).toBe(403)
  })

  test('refuses every other file as a worker', async () => {
    expect((await ask('/assets/app.js', genuine))?.status).toBe(403)
    expect((await ask('/api/v1/server', { 'service-worker': 'script' }))?.status).toBe(403)
  })

  test('leaves every other request alone', async () => {
    expect(await ask('/')).toBeUndefined()
  })
})

describe('the callback', () => {
  test.each(['GET', 'POST', 'PUT', 'HEAD', 'DELETE', 'OPTIONS'])(
    'is never rendered, also not for %s',
    async (method) => {
      const response = await ask('/auth/callback?code=abc&state=def', {}, { method })
      expect(response?.status).toBe(303)
      expect(response?.headers.get('location')).toBe('/?signin=interrupted#')
      expect(await response?.text()).toBe('')
      expect(response?.headers.get('cross-origin-opener-policy')).toBe('same-origin')
      expect(response?.headers.get('content-security-policy')).toContain("frame-src 'none'")
    },
  )
})

describe('ending an install', () => {
  test('takes the cookie away, for this origin only', async () => {
    const ended = await ask('/sw.js', { 'sec-fetch-site': 'same-origin' }, { method: 'DELETE' })
    expect(ended?.status).toBe(204)
    expect(ended?.headers.get('set-cookie')).toMatch(/^__Host-Http-holdfast=; .*Max-Age=0$/)
    const foreign = await ask('/sw.js', { 'sec-fetch-site': 'cross-site' }, { method: 'DELETE' })
    expect(foreign?.status).toBe(403)
    expect(foreign?.headers.get('set-cookie')).toBeNull()
  })
})

describe('protection', () => {
  test('puts the policy on every response, over one of its own', () => {
    const request = new Request(`${origin}/x`)
    const weak = new Response('x', { status: 404, headers: { 'content-security-policy': 'default-src *' } })
    const headers = seal.protect(request, weak).headers
    const policy = headers.get('content-security-policy') ?? ''
    for (const part of ["default-src 'none'", "script-src 'self'", "frame-ancestors 'none'", "base-uri 'none'"]) {
      expect(policy).toContain(part)
    }
    expect(policy).toContain("require-trusted-types-for 'script'; trusted-types holdfast dompurify")
    expect(policy).not.toContain('*')
    expect(headers.get('x-content-type-options')).toBe('nosniff')
    expect(headers.get('strict-transport-security')).toContain('max-age=')
  })

  test('the worker has a policy of its own: the named origins and nothing else', async () => {
    const { response } = await worker()
    const policy = response?.headers.get('content-security-policy')
    expect(policy).toContain("default-src 'none'; connect-src 'self' https://id.example.com;")
    expect(policy).not.toContain('script-src')
  })
})

test('refuses keys that are missing, short, doubled or oddly named', () => {
  expect(() => createSeal({ ...options, keys: [] })).toThrow(TypeError)
  expect(() => createSeal({ ...options, keys: [{ id: 'k1', secret: 'short' }] })).toThrow(TypeError)
  expect(() => createSeal({ ...options, keys: [{ id: 'k.1', secret }] })).toThrow(TypeError)
  const twice = [...options.keys, ...options.keys]
  expect(() => createSeal({ ...options, keys: twice })).toThrow(TypeError)
})
