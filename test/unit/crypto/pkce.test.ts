import { calculatePKCECodeChallenge, generateRandomCodeVerifier } from 'oauth4webapi'
import { expect, test } from 'vitest'

test('the challenge of RFC 7636, appendix B', async () => {
  const challenge = await calculatePKCECodeChallenge('dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk')
  expect(challenge).toBe('E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM')
})

test('a verifier has 43 unreserved characters at least (RFC 7636 §4.1) and is new each time', () => {
  const verifiers = new Set(Array.from({ length: 100 }, generateRandomCodeVerifier))
  expect(verifiers.size).toBe(100)
  for (const verifier of verifiers) expect(verifier).toMatch(/^[A-Za-z0-9\-._~]{43,128}$/)
})
