import type { Page } from 'puppeteer-core'
import { beforeAll, describe, expect, it } from 'vitest'
import { browsers } from '../support/browsers.ts'
import { waitFor } from '../support/deadline.ts'
import { fill, hasRole, showsText, text } from '../support/page.ts'
import { createAccount, isAuthenticated } from '../support/people.ts'
import { sessionState, useBench } from './support/bench.ts'
import { chipSays } from './support/chip.ts'

const full = 'There is no room left to save this note.'

describe.each(browsers)('a full disk in %s', (kind) => {
  // What Firefox gives to one site is a fifth of this, and 10 MB at least.
  const bench = useBench(kind, {}, { prefs: { 'dom.quotaManager.temporaryStorage.fixedLimit': 20 * 1024 } })
  let page: Page

  beforeAll(async () => {
    page = await bench.open()
    await createAccount(page)
  })

  const recordsAtRest = () =>
    page.evaluate(async () => {
      const database = await new Promise<IDBDatabase>((resolve) => {
        const request = indexedDB.open('holdfast-custody')
        request.onsuccess = () => resolve(request.result)
      })
      const request = database.transaction('records').objectStore('records').get('session/main')
      const found = await new Promise<unknown>((resolve) => {
        request.onsuccess = () => resolve(request.result)
      })
      database.close()
      return String(found)
    })

  /** Leaves the origin less room than it has taken. Answers what takes that back. */
  const lower = async (): Promise<() => Promise<unknown>> => {
    const session = await page.createCDPSession()
    const { origin } = new URL(bench.holdfast.appUrl)
    await session.send('Storage.overrideQuotaForOrigin', { origin, quotaSize: 1024 })
    return () => session.send('Storage.overrideQuotaForOrigin', { origin })
  }
  /** Takes all the room that the origin has with something else. Answers what makes it free again. */
  const fillUp = async (): Promise<() => Promise<unknown>> => {
    await page.evaluate(async () => {
      const open = () =>
        new Promise<IDBDatabase | undefined>((resolve) => {
          const opening = indexedDB.open('filler')
          opening.onupgradeneeded = () => opening.result.createObjectStore('rows', { autoIncrement: true })
          opening.onsuccess = () => resolve(opening.result)
          opening.onerror = () => resolve(undefined)
        })
      // A database whose write was refused is closed.
      const put = async (size: number): Promise<boolean> => {
        const database = await open()
        if (database === undefined) return false
        const transaction = database.transaction('rows', 'readwrite')
        transaction.objectStore('rows').add(crypto.getRandomValues(new Uint8Array(size)))
        const isStored = await new Promise<boolean>((resolve) => {
          transaction.oncomplete = () => resolve(true)
          transaction.onabort = () => resolve(false)
        })
        database.close()
        return isStored
      }
      for (let size = 65_536; size > 500; ) if (!(await put(size))) size /= 2
    })
    return () =>
      page.evaluate(async () => {
        const removing = indexedDB.deleteDatabase('filler')
        await new Promise((resolve) => {
          removing.onsuccess = resolve
        })
      })
  }

  it('case 20: no room for a note → it stays on screen, warned, tokens unchanged, and saved when there is room', async () => {
    const before = await recordsAtRest()
    const makeRoom = await (kind === 'chromium' ? lower() : fillUp())
    let edits = 0
    const isFull = async () => {
      edits += 1
      await fill(page, 'Note', 'Too much for this disk. '.repeat(100 + edits))
      return (await text(page)).includes(full)
    }
    // The browser looks for room every half minute at most.
    await waitFor(isFull, 'there is no room', 50_000)
    await chipSays(page, 'Needs you')
    const shown = await page.evaluate(() => document.querySelector('textarea')?.value ?? '')
    expect(shown).toContain('Too much for this disk.')
    expect(await recordsAtRest()).toBe(before)
    await bench.kill()
    expect(await isAuthenticated(page)).toBe(true)
    expect(await sessionState(page)).toMatchObject({ status: 'signed-in', grade: 'sealed' })
    await makeRoom()
    await waitFor(async () => !(await hasRole(page, 'alert')), 'the warning has gone', 50_000)
    await chipSays(page, 'Saved on this device')
    await page.reload()
    await showsText(page, 'Too much for this disk.')
  }, 150_000)
})
