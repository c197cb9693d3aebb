import type { Page } from 'puppeteer-core'
import { beforeAll, describe, expect, it } from 'vitest'
import { caseBrowsers } from '../support/browsers.ts'
import { byRole, showsText } from '../support/page.ts'
import { createAccount, isAuthenticated } from '../support/people.ts'
import { sessionState, useBench } from './support/bench.ts'

/** A browser whose database takes no CryptoKey, as some do in private windows. */
const withoutKeyStorage = (source: string): string => `;(() => {
  const { put } = IDBObjectStore.prototype
  IDBObjectStore.prototype.put = function (value, ...rest) {
    if (value instanceof CryptoKey) throw new DOMException('A key could not be cloned.', 'DataCloneError')
    return put.call(this, value, ...rest)
  }
})();
${source}`

describe.each(caseBrowsers)('a database without keys in %s', (kind) => {
  const bench = useBench(kind, { mapWorkerSource: withoutKeyStorage })
  let page: Page

  beforeAll(async () => {
    page = await bench.open()
    await createAccount(page)
  })

  const atRest = () =>
    page.evaluate(async () => {
      const database = await new Promise<IDBDatabase>((resolve, reject) => {
        const request = indexedDB.open('holdfast-custody')
        request.onsuccess = () => resolve(request.result)
        request.onerror = () => reject(request.error)
      })
      if (!database.objectStoreNames.contains('records')) return []
      return new Promise<unknown[]>((resolve) => {
        const request = database.transaction('records').objectStore('records').getAllKeys()
        request.onsuccess = () => resolve(request.result)
      })
    })

  it('case 26: a CryptoKey cannot be stored → memory grade, said so in Settings, and nothing at rest', async () => {
    expect(await sessionState(page)).toMatchObject({ status: 'signed-in', grade: 'memory' })
    await page.goto(`${bench.holdfast.appUrl}/settings`)
    await showsText(page, 'Memory only')
    await showsText(page, 'You sign in again after the browser stops the worker.')
    expect(await isAuthenticated(page)).toBe(true)
    expect(await atRest()).toEqual([])
  })

  it('case 26: … and the worker is killed → signed out, and one can sign in', async () => {
    await bench.kill()
    expect(await sessionState(page)).toMatchObject({ status: 'anonymous', grade: 'memory' })
    expect(await isAuthenticated(page)).toBe(false)
    await byRole(page, 'button', 'Sign in')
  })
})
