import fc from 'fast-check'
import { expect } from 'vitest'
import { matchResource, type Resource } from '../../../src/session/resource.ts'
import { checkReturnTo } from '../../../src/session/return-to.ts'
import { isSecureUrl } from '../../../src/sw/config.ts'
import { property } from './support/property.ts'
import { anyText } from './support/values.ts'

const hosts = ['api.example.com', 'example.com', 'localhost', 'xn--bcher-kva.example', '127.0.0.1', '[::1]'] as const
const origin = fc
  .tuple(fc.constantFrom('https', 'http'), fc.constantFrom(...hosts), fc.constantFrom('', ':8443', ':8080'))
  .map(([scheme, host, port]) => `${scheme}://${host}${port}`)
const segment = fc.constantFrom('v1', 'v10', 'v1x', 'V1', 'api', 'a.b', 'a b', 'ü', '~', '')
const path = fc.array(segment, { maxLength: 3 }).map((segments) => `/${segments.join('/')}`)
const prefix = path.map((text) => new URL(`https://x.test${text}`).pathname)
const method = fc.constantFrom('GET', 'POST', 'PUT', 'DELETE', 'QUERY')
const resource: fc.Arbitrary<Resource> = fc.record({
  provider: fc.constantFrom('main', 'other'),
  origin,
  paths: fc.array(prefix, { minLength: 1, maxLength: 3 }),
  methods: fc.array(method, { minLength: 1, maxLength: 3 }),
})
const resources = fc.array(resource, { maxLength: 3 })

/** What makes one address pass for another: user info, dots, slashes of all kinds, encodings, homographs, other schemes. */
const trick = fc.constantFrom(
  '@', ':@', 'user@', 'user:password@', '.', '..', '/..', '/./', '//', '\\', '/\\', '%2f', '%2F', '%5c', '%5C', '%2e', '%2E%2e',
  '%00', '\0', '\t', '\n', '\r', ' ', '#', '?', ';', '&', '.example.com', '.evil.test', ':443', ':80', ':0443', '.', '。', '／', '＼',
  '．', '%EF%BC%8F', '%c0%af', '%252f', '%u002f', '\u200b', '\u202e', 'blob:', 'data:', 'filesystem:', 'javascript:', 'ws://', 'ftp://',
) // biome-ignore format: a list of tricks is read as a list
const address = fc
  .array(
    fc.oneof(
      { weight: 3, arbitrary: trick },
      { weight: 3, arbitrary: origin },
      { weight: 3, arbitrary: path },
      anyText,
    ),
    { minLength: 1, maxLength: 6 },
  )
  .map((parts) => parts.join(''))

/** The same said plainly: scheme, host and port are equal, and each segment of a prefix is the segment at its place. */
const model = (all: readonly Resource[], href: string, wanted: string): Resource | undefined => {
  const [, scheme, userInfo, host, port, rest] =
    /^(https?):\/\/([^/?#]*@)?(\[[^\]]*\]|[^/?#:@]*)(?::(\d+))?(\/[^?#]*)/.exec(href) ?? []
  if (scheme === undefined || userInfo !== undefined || rest === undefined) return undefined
  const encoded = ['%2f', '%5c', '%2e', '%00', '\\'].some((text) => rest.toLowerCase().includes(text))
  if (encoded) return undefined
  const from = `${scheme}://${host}${port === undefined ? '' : `:${port}`}`
  const segments = rest.split('/').slice(1)
  const covers = (allowed: string) => {
    const parts = allowed.split('/').slice(1)
    const whole = parts.at(-1) === '' ? parts.slice(0, -1) : parts
    const longer = parts.length === whole.length || segments.length > whole.length
    return longer && whole.every((part, at) => part === segments[at])
  }
  return all.find((one) => one.origin === from && one.methods.includes(wanted) && one.paths.some(covers))
}

const parse = (text: string): URL | undefined =>
  URL.parse(text) ?? URL.parse(text, 'https://api.example.com') ?? undefined

property(
  'an address matches a resource exactly where a plain model says so',
  [resources, address, method],
  (all, text, wanted) => {
    const url = parse(text)
    if (url !== undefined) expect(matchResource(all, url, wanted)).toBe(model(all, url.href, wanted))
  },
)

const near = fc.tuple(resource, fc.nat(), fc.oneof(path, trick, anyText, fc.constant('')), fc.boolean())

property(
  'an address near a resource matches on its segment borders alone',
  [near, method],
  ([one, at, more, whole], wanted) => {
    const start = one.paths[at % one.paths.length] ?? '/'
    const url = URL.parse(one.origin + (whole ? start : start.slice(0, -1)) + more)
    if (url === null) return
    const found = matchResource([one], url, wanted)
    expect(found).toBe(model([one], url.href, wanted))
    if (found === undefined) return
    expect([url.origin, url.username, url.password]).toEqual([one.origin, '', ''])
    const after = (allowed: string) => url.pathname.slice(allowed.endsWith('/') ? allowed.length - 1 : allowed.length)
    const isUnder = (allowed: string) => url.pathname.startsWith(allowed) && /^(\/|$)/.test(after(allowed))
    expect(one.paths.some(isUnder)).toBe(true)
  },
)

property('an address that stands for another host gets nothing', [resource, trick, method], (one, text, wanted) => {
  for (const tricked of [
    one.origin + text,
    `${one.origin}.evil.test/v1`,
    `https://evil.test/${one.origin}`,
    `https://${text}evil.test/v1`,
  ]) {
    const url = URL.parse(tricked)
    if (url !== null && url.origin !== one.origin) expect(matchResource([one], url, wanted)).toBeUndefined()
  }
})

const app = 'https://app.example.com'
const callback = '/auth/callback'
const back = fc.oneof(
  path,
  anyText,
  address,
  fc
    .array(fc.oneof(trick, segment, fc.constantFrom('/', callback, app)), { maxLength: 5 })
    .map((parts) => `/${parts.join('')}`),
)

property(
  'where a sign-in comes back to is a path of this origin, and never the callback',
  [back],
  (text) => {
    const checked = checkReturnTo(text, app, callback)
    if (!checked.ok) {
      expect(checked.error.code).toBe('RETURN_TO_INVALID')
      return
    }
    const url = new URL(checked.value, app)
    expect(url.origin).toBe(app)
    expect(url.href).toBe(app + checked.value)
    expect(checked.value).toMatch(/^\/(?!\/)[^#]*$/)
    expect(url.pathname).not.toContain('\\')
    expect(url.pathname).not.toBe(callback)
    expect(checkReturnTo(checked.value, app, callback)).toEqual(checked)
  },
  { kept: [['/?\\']] },
)

property('a plain path is where a sign-in comes back to', [path, fc.webQueryParameters()], (text, query) => {
  const { pathname, search } = new URL(`${app}${text}?${query}`)
  expect(checkReturnTo(pathname + search, app, callback).ok).toBe(!pathname.startsWith('//'))
})

property('a safe address is https, or http on this very machine', [address], (text) => {
  const url = URL.parse(text)
  if (!isSecureUrl(text)) return
  expect(url?.username ?? '').toBe('')
  const local = /^(localhost|.*\.localhost|127\.0\.0\.1|\[::1\])$/.test(url?.hostname ?? '')
  expect(url?.protocol === 'https:' || (url?.protocol === 'http:' && local)).toBe(true)
})
