import { expect, test } from 'vitest'
import { createPostgresDatabase, startPostgres } from '../support/postgres.ts'
import { killUnderLoad } from '../unit/server/support/kill-under-load.ts'

test('fifty kills under load lose no acknowledged write and no session', { timeout: 300_000 }, async () => {
  const { losses, acknowledged, refreshed } = await killUnderLoad(50)
  expect(losses).toEqual([])
  expect(acknowledged).toBeGreaterThan(100)
  expect(refreshed).toBeGreaterThan(50)
})

test('thirty kills of a server on PostgreSQL lose no acknowledged write and no session', {
  timeout: 300_000,
}, async () => {
  const postgres = await startPostgres()
  try {
    const { url } = await createPostgresDatabase(postgres.url)
    const { losses, refreshed } = await killUnderLoad(30, url)
    expect(losses).toEqual([])
    expect(refreshed).toBeGreaterThan(30)
  } finally {
    await postgres.stop()
  }
})
