import fc from 'fast-check'
import { expect, test } from 'vitest'
import { checkReturnTo } from '../../../src/session/return-to.ts'

const origin = 'https://app.example.com'
const check = (returnTo: string) => checkReturnTo(returnTo, origin, '/auth/callback')

test('keeps path and query, drops the fragment', () => {
  expect(check('/settings?a=1#b')).toEqual({ ok: true, value: '/settings?a=1' })
})

test.each([
  'https://evil.example/',
  '//evil.example/',
  '/\\evil.example/',
  '\\\\evil.example',
  'javascript:alert(1)',
  'settings',
  '',
  '/auth/callback?code=1',
  '/x/../auth/callback',
  '/\t/evil.example/',
])('refuses %j', (returnTo) => {
  expect(check(returnTo).ok).toBe(false)
})

test('whatever it lets through stays on the origin', () => {
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string(),
        fc.webUrl(),
        fc.string().map((text) => `/${text}`),
      ),
      (returnTo) => {
        const checked = check(returnTo)
        if (checked.ok) expect(new URL(checked.value, origin).origin).toBe(origin)
      },
    ),
  )
})
