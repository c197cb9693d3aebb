import { expect, test } from 'vitest'
import { judgeTokenError } from '../../../src/session/token-failure.ts'

test('only invalid_grant with a client error is a denial', () => {
  expect(judgeTokenError(400, 'invalid_grant', 0)).toEqual({ kind: 'denied' })
  expect(judgeTokenError(401, 'invalid_grant', 0)).toEqual({ kind: 'denied' })
})

test.each([
  [200, undefined],
  [302, undefined],
  [400, undefined],
  [400, 'invalid_request'],
  [401, 'invalid_client'],
  [400, 'invalid_dpop_proof'],
  [429, 'invalid_grant'],
  [500, 'invalid_grant'],
  [502, undefined],
  [503, 'temporarily_unavailable'],
])('%s with %s passes', (status, error) => {
  expect(judgeTokenError(status, error, 7)).toEqual({ kind: 'passing', waitAtLeast: 7 })
})
