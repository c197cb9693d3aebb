import type { Page } from 'puppeteer-core'
import { beforeAll, describe, expect, it } from 'vitest'
import { caseBrowsers } from '../support/browsers.ts'
import { waitFor } from '../support/deadline.ts'
import { byRole, click, fill, hasRole, showsText } from '../support/page.ts'
import { createAccount, isAuthenticated } from '../support/people.ts'
import { quietPath, sessionState, useBench } from './support/bench.ts'
import { chipSays } from './support/chip.ts'
import { keysOf, putEntries } from './support/notes-database.ts'

/** A database of this name without the stores that belong there. */
const replaceEmpty = (page: Page, name: string, version: number): Promise<void> =>
  page.evaluate(
    async (database, to) => {
      const done = (request: IDBOpenDBRequest) =>
        new Promise<IDBDatabase>((resolve, reject) => {
          request.onsuccess = () => resolve(request.result)
          request.onerror = () => reject(request.error)
        })
      await done(indexedDB.deleteDatabase(database))
      const made = await done(indexedDB.open(database, to))
      made.close()
    },
    name,
    version,
  )

/** Each test goes on where the one before it ended. */
describe.each(caseBrowsers)('a damaged database in %s', (kind) => {
  const bench = useBench(kind)
  let page: Page

  const writeNote = async (): Promise<void> => {
    await fill(page, 'Title', 'Whole')
    await chipSays(page, 'Saved on this device')
  }
  beforeAll(async () => {
    page = await bench.open()
    await writeNote()
    await createAccount(page)
  })

  it('case 23: entries of a wrong form among the notes → what can be read is shown, a copy is offered', async () => {
    await putEntries(page, [
      { id: 'torn', title: 42, body: 'Half of it is left', updatedAt: 'yesterday' },
      { id: 'nothing', title: null },
    ])
    await page.goto(bench.holdfast.appUrl)
    await showsText(page, 'Some notes on this device are damaged.')
    await showsText(page, 'Half of it is left')
    await showsText(page, 'Whole')
    await click(page, 'button', 'Save a copy')
    expect(await keysOf(page, 'holdfast-notes', 'notes')).toHaveLength(3)
  })

  it('case 23: the store of notes is gone → said so, no silent empty notebook, and writing works', async () => {
    await page.goto(bench.holdfast.appUrl + quietPath)
    await replaceEmpty(page, 'holdfast-notes', 10)
    await page.goto(bench.holdfast.appUrl)
    await showsText(page, 'There were notes on this device, and they are gone')
    await writeNote()
    await waitFor(async () => !(await hasRole(page, 'alert')), 'the notice has gone with the first note')
    await page.reload()
    await waitFor(async () => (await keysOf(page, 'holdfast-notes', 'notes')).length === 1, 'the note is stored')
  })

  it('case 23: the stores of the custody database are gone → made again, and one can sign in', async () => {
    await page.goto(bench.holdfast.appUrl + quietPath)
    await replaceEmpty(page, 'holdfast-custody', 1)
    await bench.kill()
    expect(await sessionState(page)).toMatchObject({ status: 'anonymous', grade: 'sealed' })
    await page.goto(bench.holdfast.appUrl)
    await click(page, 'button', 'Sign in')
    await waitFor(() => isAuthenticated(page), 'the page is signed in')
    await bench.kill()
    expect(await isAuthenticated(page)).toBe(true)
    await byRole(page, 'status', 'Status')
  })
})
