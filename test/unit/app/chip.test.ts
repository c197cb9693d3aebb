import { describe, expect, it } from 'vitest'
import { chipFor } from '../../../src/app/state/chip.ts'
import type { SyncProblem, SyncState } from '../../../src/kit/client.ts'

const calm = { saving: false, failed: false, online: true, expired: false }

describe('the chip', () => {
  it('says that all is saved when nothing else is to be said', () => {
    expect(chipFor(calm)).toBe('saved')
  })

  it('says that it saves, online or not', () => {
    expect(chipFor({ ...calm, saving: true })).toBe('saving')
    expect(chipFor({ ...calm, saving: true, online: false, expired: true })).toBe('saving')
  })

  it('says that it is offline and saved here', () => {
    expect(chipFor({ ...calm, online: false })).toBe('offline')
  })

  it('asks for the user when the session ended, also offline', () => {
    expect(chipFor({ ...calm, expired: true, online: false })).toBe('needsYou')
  })

  it('never says saved, saving or offline of text that could not be stored', () => {
    expect(chipFor({ saving: true, failed: true, online: false, expired: false })).toBe('needsYou')
  })
})

describe('the chip where sync is on', () => {
  type On = Extract<SyncState, { stage: 'on' }>
  const on: On = {
    stage: 'on',
    run: { type: 'idle' },
    waiting: 0,
    syncedAt: 1,
    kit: 'confirmed',
    problem: null,
    aside: [],
    missing: 0,
  }
  const chip = (sync: Partial<On>, facts = {}) => chipFor({ ...calm, ...facts, sync: { ...on, ...sync } })
  const problem = (type: SyncProblem['type']) => ({ problem: { type, code: 'X' } })

  it('says when everything was exchanged, and before the first time that all is saved', () => {
    expect(chip({})).toBe('synced')
    expect(chip({ syncedAt: null })).toBe('saved')
  })

  it('counts what waits, and what goes and comes', () => {
    expect(chip({ waiting: 3 })).toBe('waiting')
    expect(chip({ waiting: 3, run: { type: 'sending', done: 3, total: 7 } })).toBe('syncing')
    expect(chip({ run: { type: 'receiving-files', done: 0, total: 7 } })).toBe('syncing')
    expect(chip({ waiting: 3, run: { type: 'starting' } })).toBe('waiting')
    expect(chip({ run: { type: 'receiving', done: 0, total: 0 } })).toBe('synced')
  })

  it('asks for the person where it does not go on by itself', () => {
    const types = ['signed-out', 'removed', 'full', 'server-lost', 'server-false', 'storage'] as const
    expect(types.map((type) => chip(problem(type)))).toEqual(types.map(() => 'needsYou'))
    expect(chip(problem('full'), { online: false })).toBe('needsYou')
    expect(chipFor({ ...calm, sync: { stage: 'locked' } })).toBe('needsYou')
  })

  it('says that it is offline, and saved here, whatever waits', () => {
    expect(chip({ waiting: 3 }, { online: false })).toBe('offline')
    expect(chip({ waiting: 3, ...problem('offline') })).toBe('offline')
  })

  it('says that changes wait where a person has stopped it', () => {
    expect(chip({ waiting: 3, ...problem('stopped') })).toBe('waiting')
  })

  it('says what it always said where sync is not on', () => {
    for (const stage of ['unavailable', 'off'] as const) {
      expect(chipFor({ ...calm, sync: { stage } })).toBe('saved')
    }
  })
})
