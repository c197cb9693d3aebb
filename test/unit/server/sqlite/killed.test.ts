import { expect, test } from 'vitest'
import { killUnderLoad } from '../support/kill-under-load.ts'

// Fifty times under `npm run faults`: test/fault/killed-server.whole.test.ts.

test('a server that is killed while it writes loses nothing that it acknowledged', async () => {
  const { losses, acknowledged } = await killUnderLoad(5)
  expect(losses).toEqual([])
  expect(acknowledged).toBeGreaterThan(20)
})
