import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import type { Page } from 'puppeteer-core'
import { expect } from 'vitest'
import { askWorker } from '../../support/ask-worker.ts'
import { waitFor } from '../../support/deadline.ts'
import type { Holdfast } from '../../support/holdfast.ts'

export type Listed = { readonly id: string; readonly isThis: boolean }

/** What the worker says of sync. */
export const syncState = async (page: Page) =>
  (await askWorker(page, { type: 'sync.get' })).ok as Readonly<Record<string, unknown>>

/** Everything that is here is at the server, and everything that is there is here. */
export const synced = async (page: Page): Promise<void> => {
  await askWorker(page, { type: 'sync.run' })
  const isThrough = async () => {
    const { run, waiting, problem } = await syncState(page)
    if (problem !== null) throw new Error(JSON.stringify(problem))
    return waiting === 0 && Reflect.get(Object(run), 'type') === 'idle'
  }
  await waitFor(isThrough, 'sync is through')
}

/** The rows of a table of the notebook. */
export const rows = (page: Page, table: string): Promise<readonly Readonly<Record<string, unknown>>[]> =>
  page.evaluate(async (name) => {
    const asked = async <T>(request: IDBRequest<T>): Promise<T> => {
      const { promise, resolve, reject } = Promise.withResolvers<T>()
      request.onsuccess = () => resolve(request.result)
      request.onerror = () => reject(request.error)
      return promise
    }
    const database = await asked(indexedDB.open('holdfast-notes'))
    const found = await asked(database.transaction(name).objectStore(name).getAll())
    database.close()
    return found.map((row) => ({ ...row, bytes: undefined, update: undefined }))
  }, table)

/** Changes what the replica keeps beside the notes, as time does, or a browser that clears: removes it where there is no value. */
export const changeReplica = (page: Page, id: string, value?: number): Promise<void> =>
  page.evaluate(
    async (name, next) => {
      const opening = indexedDB.open('holdfast-notes')
      await new Promise((resolve) => {
        opening.onsuccess = resolve
      })
      const changing = opening.result.transaction('replica', 'readwrite')
      const store = changing.objectStore('replica')
      if (next === undefined) store.delete(name)
      else store.put({ id: name, value: next })
      await new Promise((resolve) => {
        changing.oncomplete = resolve
      })
      opening.result.close()
    },
    id,
    value,
  )

/** SHA-256 of what is in all files, in hexadecimal. */
export const digestOfFiles = (page: Page): Promise<string> =>
  page.evaluate(async () => {
    const opening = indexedDB.open('holdfast-notes')
    await new Promise((resolve) => {
      opening.onsuccess = resolve
    })
    const reading = opening.result.transaction('chunks').objectStore('chunks').getAll()
    await new Promise((resolve) => {
      reading.onsuccess = resolve
    })
    opening.result.close()
    const bytes = await new Blob(reading.result.map(({ bytes: piece }) => piece)).arrayBuffer()
    return [...new Uint8Array(await crypto.subtle.digest('SHA-256', bytes))].join(' ')
  })

const pairing = async (page: Page) =>
  (await askWorker(page, { type: 'pairing.get' })).ok as { readonly stage: string; readonly numbers?: unknown }

/** One lets the other in, by words, after both have shown the same numbers. */
export const pair = async (old: Page, fresh: Page): Promise<void> => {
  const { words } = (await askWorker(old, { type: 'pairing.offer' })).ok as { words: string }
  expect(await askWorker(fresh, { type: 'pairing.join', code: words })).toMatchObject({ ok: { stage: 'joined' } })
  await waitFor(async () => {
    const [one, other] = [await pairing(old), await pairing(fresh)]
    if (one.stage !== 'comparing' || other.stage !== 'comparing') return false
    expect(other.numbers).toEqual(one.numbers)
    return true
  }, 'both show numbers')
  await askWorker(old, { type: 'pairing.approve' })
  await waitFor(async () => {
    await pairing(old)
    return (await pairing(fresh)).stage === 'done'
  }, 'the new device is in')
}

/** The epochs whose keys the server has, wrapped. */
export const epochsAtServer = ({ config }: Holdfast): readonly number[] => {
  const database = new DatabaseSync(join(config.data, 'holdfast.sqlite'), { readOnly: true })
  const found = database.prepare('select distinct epoch from sync_wraps order by epoch').all()
  database.close()
  return found.map(({ epoch }) => Number(epoch))
}

/** A file that the worker has left for the page, base64. */
export const takeBackup = (page: Page): Promise<string> =>
  page.evaluate(async () => {
    const made = await (await caches.open('holdfast-backup')).match('https://holdfast.invalid/backup/made')
    const reader = new FileReader()
    const { promise, resolve } = Promise.withResolvers<string>()
    reader.onload = () => resolve(String(reader.result).replace(/^[^,]*,/, ''))
    reader.readAsDataURL((await made?.blob()) ?? new Blob())
    return promise
  })

/** Gives the worker a file to open. */
export const chooseBackup = (page: Page, base64: string): Promise<void> =>
  page.evaluate(async (text) => {
    const bytes = Uint8Array.from(atob(text), (char) => char.charCodeAt(0))
    await (await caches.open('holdfast-backup')).put('https://holdfast.invalid/backup/chosen', new Response(bytes))
  }, base64)
