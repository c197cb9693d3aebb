import { hkdfSync } from 'node:crypto'
import fc from 'fast-check'
import { expect } from 'vitest'
import {
  checkKeys,
  INSTALL_COOKIE,
  installCookie,
  mintInstall,
  readInstall,
  type SealKey,
} from '../../../src/seal/install.ts'
import { createSeal } from '../../../src/seal/seal.ts'
import { property } from './support/property.ts'
import { anyText } from './support/values.ts'

const origin = 'https://app.example.com'
const keys: readonly [SealKey, SealKey] = [
  { id: 'k2', secret: 's'.repeat(32) },
  { id: 'k1', secret: 'r'.repeat(40) },
]
const source = 'start()'
const seal = createSeal({
  keys,
  worker: { path: '/sw.js', source },
  callbackPath: '/auth/callback',
  connect: ['https://id.example.com'],
})
const genuine = {
  'sec-fetch-dest': 'serviceworker',
  'sec-fetch-mode': 'same-origin',
  'sec-fetch-site': 'same-origin',
  'service-worker': 'script',
} as const

/** The share that a cookie leads to, found by another implementation. */
const shareOf = (install: string): string => {
  const [id, encoded = ''] = install.split('.')
  const { secret = '' } = keys.find((key) => key.id === id) ?? {}
  const share = hkdfSync('sha256', secret, Buffer.from(encoded, 'base64url'), 'holdfast seal v1', 32)
  return Buffer.from(share).toString('base64url')
}

const id = fc.uint8Array({ minLength: 16, maxLength: 16 }).map((bytes) => Buffer.from(bytes).toString('base64url'))
const known = fc.tuple(fc.constantFrom('k1', 'k2'), id).map((parts) => parts.join('.'))
const printable = fc.string({ unit: fc.constantFrom(...'ab1._-=;, "\t%'), maxLength: 12 })
const wrong = fc.oneof(
  printable,
  fc.tuple(fc.constantFrom('k0', 'K1', '', 'k1 ', '__proto__'), id).map((parts) => parts.join('.')),
  known.map((name) => name.slice(0, -1)),
  known.map((name) => `${name}A`),
  fc.constantFrom('k1.', '.', 'k1', `k1.${'A'.repeat(21)}B`),
)
const cookie = fc.tuple(
  fc.constantFrom(INSTALL_COOKIE, '__Host-holdfast', INSTALL_COOKIE.toLowerCase(), 'a'),
  fc.oneof(known, wrong),
)
const cookies = fc.array(cookie, { maxLength: 4 }).map((pairs) => pairs.map((pair) => pair.join('=')).join('; '))

property(
  'an install is found again by its cookie, among any others',
  [fc.array(printable, { maxLength: 3 })],
  (others) => {
    const made = mintInstall(keys)
    const pair = installCookie(made).split(';')[0] ?? ''
    const clean = others.filter((text) => !text.includes(INSTALL_COOKIE))
    expect(readInstall(keys, [...clean, pair].join('; '))).toEqual(made)
    expect(readInstall(keys, [pair, ...clean].join('; '))).toEqual(made)
  },
)

property('whatever a Cookie header holds names one known install or none', [fc.oneof(cookies, anyText)], (header) => {
  const found = readInstall(keys, header)
  if (found === undefined) return
  expect(keys).toContain(found.key)
  expect(found.id.length).toBe(16)
  expect(header).toContain(`${INSTALL_COOKIE}=${found.name}`)
})

const anyKeys = fc.array(
  fc.record({
    id: fc.oneof(anyText, fc.constantFrom('k1', 'k2')),
    secret: fc.oneof(anyText, fc.constant('x'.repeat(32))),
  }),
  {
    maxLength: 3,
  },
)

property('keys are usable or a TypeError', [anyKeys], (given) => {
  try {
    expect(checkKeys(given)).toEqual(given)
    expect(new Set(given.map((key) => key.id)).size).toBe(given.length)
  } catch (error) {
    expect(error).toBeInstanceOf(TypeError)
  }
})

const values = {
  'sec-fetch-dest': ['serviceworker', 'script', 'document', 'empty', 'worker', 'Serviceworker', ''],
  'sec-fetch-mode': ['same-origin', 'no-cors', 'cors', 'navigate'],
  'sec-fetch-site': ['same-origin', 'same-site', 'cross-site', 'none'],
  'service-worker': ['script', 'Script', ''],
} as const
type Name = keyof typeof values
const names = Object.keys(values) as Name[]
const header = (name: Name) =>
  fc.oneof(
    { weight: 5, arbitrary: fc.constant(genuine[name]) },
    fc.option(fc.constantFrom(...values[name]), { nil: undefined }),
  )
const request = fc.record({
  path: fc.oneof(
    { weight: 6, arbitrary: fc.constant('/sw.js') },
    fc.constantFrom(
      '/sw.js?',
      '/sw.js?v=1',
      '//sw.js',
      '/sw.js/',
      '/sw%2ejs',
      '/a/../sw.js',
      '/./sw.js',
      '/SW.js',
      '/auth/callback',
      '/auth/callback?code=1',
      '/',
    ),
    fc.webPath(),
  ),
  method: fc.oneof(
    { weight: 6, arbitrary: fc.constant('GET') },
    fc.constantFrom('POST', 'HEAD', 'DELETE', 'OPTIONS', 'PUT'),
  ),
  headers: fc.tuple(...names.map(header)),
  cookies: fc.option(cookies, { nil: undefined }),
})

const prelude = /^self\.__holdfast=(\{.*\});\nstart\(\)$/

property('any request at all gets a share exactly where a browser asks for its worker', [request], async (asked) => {
  const sent = Object.fromEntries(
    names.flatMap((name, at) => (asked.headers[at] === undefined ? [] : [[name, asked.headers[at]]])),
  )
  const jar: Record<string, string> = asked.cookies === undefined ? {} : { cookie: asked.cookies }
  const url = origin + asked.path
  const made = new Request(url, { method: asked.method, headers: { ...sent, ...jar } })
  const isWorker =
    asked.method === 'GET' &&
    new URL(url).href === `${origin}/sw.js` &&
    names.every((name) => sent[name] === genuine[name])
  const answer = await seal.handle(made)
  if (!isWorker) {
    expect(await answer?.text()).toBe(answer === undefined ? undefined : '')
    expect(answer?.headers.get('set-cookie') ?? '').not.toMatch(/holdfast=k/)
    expect([undefined, 204, 303, 403]).toContain(answer?.status)
    if (answer?.status === 303) expect(answer.headers.get('location')).toBe('/?signin=interrupted#')
    return
  }
  const [, name = ''] = /^__Host-Http-holdfast=([^;]*);/.exec(answer?.headers.get('set-cookie') ?? '') ?? []
  const [, line = ''] = prelude.exec((await answer?.text()) ?? '') ?? []
  expect(JSON.parse(line)).toMatchObject({ install: name, share: shareOf(name) })
  expect(readInstall(keys, asked.cookies ?? null)?.name ?? name).toBe(name)
})

property(
  'every answer is protected, whatever it was',
  [request, fc.constantFrom(200, 204, 303, 404, 500)],
  async (asked, status) => {
    const made = new Request(origin + asked.path, { method: asked.method })
    const answer = seal.protect(made, new Response(null, { status, headers: { 'x-frame-options': 'ALLOWALL' } }))
    expect(answer.status).toBe(status)
    expect(answer.headers.get('x-frame-options')).toBe('DENY')
    expect(answer.headers.get('content-security-policy')).toContain("default-src 'none'")
  },
)
