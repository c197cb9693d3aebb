import type { Page } from 'puppeteer-core'
import { beforeAll, describe, expect, it } from 'vitest'
import { caseBrowsers } from '../support/browsers.ts'
import { waitFor } from '../support/deadline.ts'
import { byRole, fill, showsText } from '../support/page.ts'
import { createAccount, isAuthenticated } from '../support/people.ts'
import { quietPath, sessionState, useBench } from './support/bench.ts'
import { chipSays } from './support/chip.ts'
import { keysOf, upgrade } from './support/notes-database.ts'

/** A version of the notes that is above whatever this code declares: Dexie counts by tens. */
const later = 1000

const newer = 'A newer version of Holdfast has been in use here.'

/** Each test goes on where the one before it ended. */
describe.each(caseBrowsers)('databases of two versions in %s', (kind) => {
  const bench = useBench(kind)
  let page: Page
  let other: Page

  beforeAll(async () => {
    page = await bench.open()
    await fill(page, 'Title', 'Of before')
    await fill(page, 'Note', 'Written by the older version')
    await chipSays(page, 'Saved on this device')
    await createAccount(page)
    other = await bench.open(quietPath)
  })

  const isReadOnly = () =>
    page.evaluate(() => document.querySelector<HTMLTextAreaElement>('textarea')?.readOnly === true)

  it('case 21: an old tab blocks an upgrade of the notes → it gives way, and says what to do', async () => {
    expect(await upgrade(other, 'holdfast-notes', later)).toBe('opened')
    await showsText(page, newer)
    await byRole(page, 'button', 'Look for the update')
  })

  it('case 22: a newer notes database and older code → shown, read-only, with an update prompt', async () => {
    await page.goto(bench.holdfast.appUrl)
    await showsText(page, newer)
    await byRole(page, 'button', 'Look for the update')
    await waitFor(isReadOnly, 'the note is read-only')
    const body = () => page.evaluate(() => document.querySelector('textarea')?.value)
    await waitFor(async () => (await body()) === 'Written by the older version', 'the note is shown')
    expect(await keysOf(other, 'holdfast-notes', 'notes')).toHaveLength(1)
  })

  it('case 21: the worker has the custody database open → it gives way, and the session goes on', async () => {
    expect(await sessionState(page)).toMatchObject({ status: 'signed-in', grade: 'sealed' })
    expect(await upgrade(other, 'holdfast-custody', 2)).toBe('opened')
    expect(await isAuthenticated(page)).toBe(true)
  })

  it('case 22: a newer custody database and an older worker → left alone, memory grade, with an update prompt', async () => {
    const records = await keysOf(other, 'holdfast-custody', 'records')
    expect(records).toContain('session/main')
    await bench.kill()
    expect(await sessionState(page)).toMatchObject({ status: 'anonymous', grade: 'memory' })
    await page.goto(`${bench.holdfast.appUrl}/settings`)
    await showsText(page, 'Your session comes back with the update')
    await showsText(page, 'Memory only')
    expect(await keysOf(other, 'holdfast-custody', 'records')).toEqual(records)
  })
})
