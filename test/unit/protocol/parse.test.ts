import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { SessionState } from '../../../src/protocol/messages.ts'
import { parseAnnounce, parseReply, parseRequest, parseState } from '../../../src/protocol/parse.ts'
import { PROTOCOL } from '../../../src/protocol/version.ts'

const head = { v: PROTOCOL, id: 'a' }
const codeOf = (data: unknown) => {
  const parsed = parseRequest(data)
  return parsed.ok ? undefined : parsed.error.code
}

describe('requests', () => {
  test('takes every message of the protocol', () => {
    for (const type of ['session.get', 'session.cancelSignIn', 'session.signOut', 'session.poke', 'worker.claim']) {
      expect(parseRequest({ ...head, type })).toEqual({ ok: true, value: { ...head, type } })
    }
    const signIn = { ...head, type: 'session.signIn', provider: 'main', returnTo: '/' }
    expect(parseRequest(signIn)).toEqual({ ok: true, value: signIn })
  })

  test('refuses what is none with a code', () => {
    for (const data of [null, 1, 'x', [], {}, { type: 'session.get' }, { ...head, type: 'session.tokens' }]) {
      expect(codeOf(data)).toBe('MESSAGE_INVALID')
    }
  })

  test('refuses a field that does not belong, such as an address or a scope', () => {
    const signIn = { ...head, type: 'session.signIn', provider: 'main', returnTo: '/' }
    expect(codeOf({ ...signIn, issuer: 'https://evil.example' })).toBe('MESSAGE_INVALID')
    expect(codeOf({ ...signIn, scope: 'openid' })).toBe('MESSAGE_INVALID')
  })

  test('takes what is to become of the notes of no account, or nothing of it, as the version before said', () => {
    const enable = { ...head, type: 'sync.enable' }
    for (const one of [enable, { ...enable, notes: 'add' }, { ...enable, notes: 'separate' }]) {
      expect(parseRequest(one)).toEqual({ ok: true, value: one })
    }
    expect(codeOf({ ...enable, notes: 'delete' })).toBe('MESSAGE_INVALID')
  })

  test('refuses another version and a message that is too large', () => {
    expect(codeOf({ v: PROTOCOL + 1, id: 'a', type: 'session.get' })).toBe('PROTOCOL_MISMATCH')
    const large = { ...head, type: 'session.signIn', provider: 'main', returnTo: `/${'x'.repeat(5000)}` }
    expect(codeOf(large)).toBe('MESSAGE_TOO_LARGE')
  })

  test('never throws, whatever comes', () => {
    fc.assert(fc.property(fc.anything(), (data) => void parseRequest(data)))
    fc.assert(fc.property(fc.object(), (data) => void parseRequest({ ...head, ...data })))
  })
})

const state: SessionState = {
  status: 'signed-in',
  account: { sub: '1', name: null, email: 'a@example.com' },
  provider: 'main',
  device: { id: 'd', name: 'Firefox on Linux', platform: 'Linux' },
  online: true,
  refreshAt: 1,
  limits: ['bearer'],
  grade: 'sealed',
  protocol: PROTOCOL,
  pending: { signOuts: 0, syncs: 0 },
  sessions: { main: { status: 'anonymous' }, other: { status: 'signing-in', since: 2 } },
}

describe('replies', () => {
  test('gives the value of an answer, and of a state no field more than the page may know', () => {
    expect(parseReply('session.get', { ...head, ok: state })).toEqual({ ok: true, value: state })
    expect(parseState({ ...state, access: 'at' })).toEqual(state)
    expect(parseAnnounce({ v: PROTOCOL, type: 'session.state', state })).toEqual({
      v: PROTOCOL,
      type: 'session.state',
      state,
    })
  })

  test('passes an error on by its code', () => {
    const error = { code: 'SENDER_REFUSED', retry: 'never', message: 'No.' }
    expect(parseReply('session.get', { ...head, error })).toEqual({ ok: false, error })
  })

  test('takes anything else for a worker of another version', () => {
    fc.assert(
      fc.property(fc.anything(), (data) => {
        const parsed = parseReply('session.get', data)
        expect(parsed.ok).toBe(false)
      }),
    )
  })
})
