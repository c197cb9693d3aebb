import { expect, test } from 'vitest'
import { newDatabase } from './support/database.ts'
import { killUnderLoad } from './support/kill-under-load.ts'

// Fifty times under `npm run faults`: test/fault/killed-server.whole.test.ts.

test('a server that is killed while it writes and refreshes loses nothing that it acknowledged, and no session', async () => {
  const { url, drop } = await newDatabase()
  const { losses, acknowledged, refreshed } = await killUnderLoad(url === undefined ? 5 : 3, url)
  await drop()
  expect(losses).toEqual([])
  expect(acknowledged).toBeGreaterThan(5)
  expect(refreshed).toBeGreaterThan(5)
})
