import { describe, expect, it } from 'vitest'
import { isReachable, retryAfter } from '../../../src/app/state/network.ts'

describe('our own server', () => {
  it('is there whatever it answers', () => {
    expect([200, 204, 401, 404, 429, 500].map(isReachable)).not.toContain(false)
  })

  it('is not there when a gateway answers for it', () => {
    expect([502, 503, 504].map(isReachable)).not.toContain(true)
  })

  it('is looked for less and less often, and never less than once a minute', () => {
    expect([1, 2, 3, 4, 5, 6, 7, 60].map(retryAfter)).toEqual([1000, 2000, 4000, 8000, 16_000, 32_000, 60_000, 60_000])
  })
})
