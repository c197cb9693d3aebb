import { describe, expect, it } from 'vitest'
import { commandFor } from '../../../src/app/state/keys.ts'

const press = (key: string, held: Partial<Record<'ctrlKey' | 'metaKey' | 'altKey', boolean>> = {}, code = '') => ({
  key,
  code,
  ctrlKey: false,
  metaKey: false,
  altKey: false,
  ...held,
})

describe('the keys', () => {
  it('work with Ctrl and with Cmd', () => {
    for (const held of [{ ctrlKey: true }, { metaKey: true }]) {
      expect(commandFor(press('k', held), true)).toBe('search')
      expect(commandFor(press('Enter', held), true)).toBe('close')
      expect(commandFor(press('~', { ...held, altKey: true }, 'KeyN'), true)).toBe('new')
    }
  })

  it('show their list only where a question mark is not text', () => {
    expect(commandFor(press('?'), false)).toBe('keys')
    expect(commandFor(press('?'), true)).toBeUndefined()
  })

  it('leave ordinary writing alone', () => {
    expect(commandFor(press('k'), true)).toBeUndefined()
    expect(commandFor(press('Enter'), true)).toBeUndefined()
    expect(commandFor(press('n', { ctrlKey: true }, 'KeyN'), true)).toBeUndefined()
  })
})
