import { expect, test } from 'vitest'
import { killUnderLoad } from '../unit/server/support/kill-under-load.ts'

test('fifty kills under load lose no acknowledged write', { timeout: 300_000 }, async () => {
  const { losses, acknowledged } = await killUnderLoad(50)
  expect(losses).toEqual([])
  expect(acknowledged).toBeGreaterThan(200)
})
