import { describe, expect, it } from 'vitest'
import { outcomeFor, outcomeOf, takeSignIn } from '../../../src/app/state/sign-in-outcome.ts'

describe('how a sign-in ended', () => {
  it.each([
    ['interrupted', 'signInInterrupted', 'SIGN_IN_INTERRUPTED'],
    ['cancelled', 'signInCancelled', 'SIGN_IN_CANCELLED'],
    ['mismatch', 'signInMismatch', 'SIGN_IN_MISMATCH'],
    ['expired', 'signInExpired', 'SIGN_IN_EXPIRED'],
    ['refused', 'signInRefused', 'SIGN_IN_REFUSED'],
    ['unavailable', 'signInUnavailable', 'PROVIDER_UNAVAILABLE'],
  ])('%s has words of its own and a code', (parameter, text, code) => {
    expect(outcomeOf(parameter)).toEqual({ text, code })
  })

  it.each(['', '<img src=x>', 'constructor', '__proto__', 'INTERRUPTED'])(
    '%j is told in general words',
    (parameter) => {
      expect(outcomeOf(parameter)).toEqual({ text: 'signInFailed', code: 'INTERNAL' })
    },
  )

  it('is told by the code where the sign-in did not even start', () => {
    expect(outcomeFor('PROVIDER_UNAVAILABLE').text).toBe('signInUnavailable')
    expect(outcomeFor('WORKER_UNAVAILABLE').text).toBe('workerUnavailable')
    expect(outcomeFor('RETURN_TO_INVALID')).toEqual({ text: 'signInFailed', code: 'RETURN_TO_INVALID' })
  })
})

describe('the address after a sign-in', () => {
  const take = (address: string) => takeSignIn(new URL(address, 'https://app.example'))

  it('is left alone where it says nothing of one', () => {
    expect(take('/settings?tab=1#x')).toEqual({ parameter: null, clean: '/settings?tab=1#x' })
  })

  it('loses what it says of one, and nothing else', () => {
    expect(take('/settings?tab=1&signin=expired#x')).toEqual({ parameter: 'expired', clean: '/settings?tab=1#x' })
    expect(take('/?signin=a&signin=b')).toEqual({ parameter: 'a', clean: '/' })
  })
})
