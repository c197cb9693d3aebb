import * as v from 'valibot'
import { describe, expect, it } from 'vitest'
import { createLeaving, returnAddress, takeReturn } from '../../../src/app/state/sync-return.ts'
import type { SettingsStore } from '../../../src/data/settings-store.ts'

const memory = (): SettingsStore => {
  const kept = new Map<string, unknown>()
  return {
    async get(name, schema) {
      const parsed = v.safeParse(schema, kept.get(name))
      return parsed.success ? parsed.output : undefined
    },
    async set(name, value) {
      kept.set(name, value)
    },
  }
}

const take = (address: string) => takeReturn(new URL(address, 'https://notes.example'))

describe('the way back from the identity provider', () => {
  it('leads to the settings, and says what goes on there', () => {
    expect(returnAddress({ notebook: '/', settings: '/settings' }, 'enable')).toBe('/settings?sync=enable')
    expect(returnAddress({ notebook: '/app.html', settings: '/app.html?settings' }, 'kit')).toBe(
      '/app.html?settings&sync=kit',
    )
  })

  it('is taken out of the address, and nothing else is', () => {
    expect(take('/settings?sync=enable&signin=cancelled#a')).toEqual({
      what: 'enable',
      clean: '/settings?signin=cancelled#a',
    })
    expect(take('/app.html?settings&sync=kit')).toEqual({ what: 'kit', clean: '/app.html?settings' })
    expect(take('/settings')).toEqual({ what: undefined, clean: '/settings' })
  })

  it('leads nowhere where somebody has made it up', () => {
    for (const made of ['erase', '', 'constructor', 'enable%20'])
      expect(take(`/settings?sync=${made}`).what).toBe(undefined)
  })

  it('goes on by itself once, soon, and only with what was begun here', async () => {
    let now = 1000
    const leaving = createLeaving(memory(), () => now)
    expect(await leaving.take('enable')).toBe(false)
    await leaving.remember('enable')
    expect(await leaving.take('kit')).toBe(false)
    expect(await leaving.take('enable')).toBe(true)
    expect(await leaving.take('enable')).toBe(false)
    await leaving.remember('enable')
    now += 31 * 60_000
    expect(await leaving.take('enable')).toBe(false)
  })
})
