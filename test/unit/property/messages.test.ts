import fc from 'fast-check'
import { expect } from 'vitest'
import { type ErrorCode, errorCodes, HoldfastError, toErrorReply } from '../../../src/protocol/errors.ts'
import type { RequestType } from '../../../src/protocol/messages.ts'
import { parseAnnounce, parseReply, parseRequest, parseState, replyAddress } from '../../../src/protocol/parse.ts'
import { parsePrelude } from '../../../src/protocol/prelude.ts'
import { PROTOCOL } from '../../../src/protocol/version.ts'
import { announcement, request, requestMessage, state } from './support/messages.ts'
import { property } from './support/property.ts'
import { anyText, anything, hostile } from './support/values.ts'

const stateTypes: readonly RequestType[] = ['session.get', 'session.signOut', 'session.cancelSignIn', 'session.poke']
const types: readonly RequestType[] = [...stateTypes, 'session.signIn', 'worker.claim', 'worker.activate']
const knownCodes = Object.keys(errorCodes)
const refusals: readonly ErrorCode[] = ['MESSAGE_INVALID', 'MESSAGE_TOO_LARGE', 'PROTOCOL_MISMATCH']
/** What the messages have besides version, id and type; all others have nothing. */
const fieldsOf: Partial<Record<RequestType, readonly string[]>> = {
  'session.signIn': ['provider', 'returnTo', 'again'],
  'devices.rename': ['device', 'name'],
  'devices.remove': ['device'],
  'pairing.join': ['code'],
  'session.cancelSignIn': ['provider'],
  'session.signOut': ['provider', 'atProvider'],
  'secrets.put': ['name', 'value'],
  'secrets.remove': ['name'],
}
const clone = <T>(value: T): T => structuredClone(value)

property('a message that a page may send arrives as it was', [requestMessage], (message) => {
  expect(parseRequest(clone(message))).toEqual({ ok: true, value: message })
  expect(replyAddress(message)).toBe(message.id)
})

property('whatever a page sends is a known message or a typed refusal', [hostile(requestMessage)], (data) => {
  const parsed = parseRequest(data)
  expect(typeof replyAddress(data)).toBe('string')
  if (!parsed.ok) expect(refusals).toContain(parsed.error.code)
  else {
    const further = Object.keys(parsed.value).filter((name) => !['v', 'id', 'type'].includes(name))
    expect(fieldsOf[parsed.value.type] ?? []).toEqual(expect.arrayContaining(further))
  }
})

property('a message of another version is told apart from a wrong one', [request, fc.integer()], (asked, v) => {
  const parsed = parseRequest({ ...asked, v, id: 'x' })
  // A page and a worker of two versions must be able to part.
  const isLifecycle = asked.type === 'worker.claim' || asked.type === 'worker.activate'
  if (v === PROTOCOL || isLifecycle) expect(parsed.ok).toBe(true)
  else expect(parsed).toMatchObject({ ok: false, error: { code: 'PROTOCOL_MISMATCH' } })
})

property('a message whose texts are too long is refused', [fc.integer({ min: 201, max: 5000 })], (length) => {
  const long = 'x'.repeat(length)
  const message = { v: PROTOCOL, id: 'x', type: 'session.signIn', provider: long, returnTo: '/' }
  expect(parseRequest(message)).toMatchObject({ ok: false, error: { code: 'MESSAGE_TOO_LARGE' } })
})

property('a state arrives as it was, by itself, as an answer and as an announcement', [state], (one) => {
  expect(parseState(clone(one))).toEqual(one)
  for (const type of stateTypes) {
    expect(parseReply(type, clone({ v: PROTOCOL, id: 'x', ok: one }))).toEqual({ ok: true, value: one })
  }
})

property('an announcement arrives as it was', [announcement], (message) => {
  expect(parseAnnounce(clone(message))).toEqual(message)
})

property('whatever is announced is a state or nothing', [hostile(announcement), hostile(state)], (data, one) => {
  const announced = parseAnnounce(data)
  if (announced?.type === 'session.state') expect(parseState(announced.state)).toEqual(announced.state)
  const parsed = parseState(one)
  if (parsed !== undefined) expect(parseState(parsed)).toEqual(parsed)
})

const answer = fc.oneof(
  fc.record({
    v: fc.constant(PROTOCOL),
    id: anyText,
    ok: fc.oneof(anything, state, fc.constant({ url: 'https://a.test/' })),
  }),
  fc.record({
    v: fc.constant(PROTOCOL),
    id: anyText,
    error: fc.constantFrom(...knownCodes).map((code) => toErrorReply(new HoldfastError(code as ErrorCode))),
  }),
)

property(
  'whatever is answered is the reply to the question or a typed error',
  [fc.constantFrom(...types), hostile(answer)],
  (type, data) => {
    const parsed = parseReply(type, data)
    if (!parsed.ok) expect(knownCodes).toContain(parsed.error.code)
    else if (type === 'session.signIn') expect(Object.keys(parsed.value)).toEqual(['url'])
    else if (stateTypes.includes(type)) expect(parseState(parsed.value)).toEqual(parsed.value)
    else expect(parsed.value).toEqual({})
  },
)

property('whatever is thrown crosses as a code and fixed words', [anything, anyText], (thrown, secret) => {
  for (const one of [thrown, new Error(secret), new HoldfastError('INTERNAL', { cause: secret, detail: secret })]) {
    const reply = toErrorReply(one)
    expect(reply).toEqual({ code: reply.code, ...errorCodes[reply.code] })
  }
})

const headerName = fc.stringMatching(/^x-[a-z]{1,8}$/)
const prelude = fc.record({
  install: anyText,
  share: anyText,
  headers: fc.dictionary(headerName, anyText, { maxKeys: 4 }),
})

property('the line of the seal is read as it was written', [prelude], (line) => {
  expect(parsePrelude(clone(line))).toEqual({ ...line, headers: { ...line.headers } })
})

property('any other line is no line of the seal', [hostile(prelude)], (line) => {
  const parsed = parsePrelude(line)
  if (parsed !== undefined) expect(Object.keys(parsed).sort()).toEqual(['headers', 'install', 'share'])
})
