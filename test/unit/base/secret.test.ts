import { inspect } from 'node:util'
import { expect, test } from 'vitest'
import { reveal, Secret } from '../../../src/base/secret.ts'

const secret = new Secret('hunter2')

test('prints as [secret] however it is printed', () => {
  expect(String(secret)).toBe('[secret]')
  expect(`${secret}`).toBe('[secret]')
  expect(JSON.stringify({ secret })).toBe('{"secret":"[secret]"}')
  expect(inspect(secret, { depth: 9, showHidden: true })).not.toContain('hunter2')
})

test('is cloned as an empty object', () => {
  expect(structuredClone(secret)).toEqual({})
})

test('has no property that gives it away', () => {
  expect(Reflect.ownKeys(secret)).toEqual([])
})

test('is revealed by reveal alone', () => {
  expect(reveal(secret)).toBe('hunter2')
})
