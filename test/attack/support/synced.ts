import type { Page } from 'puppeteer-core'
import { rows, synced } from '../../e2e/support/sync.ts'
import { askWorker } from '../../support/ask-worker.ts'
import type { Holdfast } from '../../support/holdfast.ts'
import type { Credentials } from '../../support/people.ts'
import { joinByWords, keysByWords, type SecondDevice } from '../../support/second-device.ts'
import { keepSyncSecrets } from './canaries.ts'
import { itemKeysOf, type SyncSecrets, syncSecrets } from './sync-secrets.ts'

/** An account with sync on: its secrets, and what belongs to it besides the browser that is attacked. */
export type Synced = {
  readonly person: Credentials
  readonly words: string
  readonly secrets: SyncSecrets
  /** A device that is in, without a browser. */
  readonly other: SecondDevice
  /** As another device, which has nothing yet. */
  readonly join: () => Promise<SecondDevice>
}

/**
 * From a page of the app with somebody signed in: sync on, a recovery kit made and confirmed, another device let in, and a note of it
 * here. What is secret of all that is looked for from then on.
 */
export const turnSyncOn = async (holdfast: Holdfast, page: Page, person: Credentials): Promise<Synced> => {
  await askWorker(page, { type: 'sync.enable' })
  await synced(page)
  const { words } = (await askWorker(page, { type: 'sync.newKit' })).ok as { words: string }
  await askWorker(page, { type: 'sync.confirmKit', words })
  const other = await joinByWords(holdfast, person, words)
  await other.write(crypto.randomUUID(), { title: 'Elsewhere', body: 'What the other device has written.' })
  await synced(page)
  const { log, keys } = await keysByWords(other.transport, words)
  const names = (await rows(page, 'notes')).map(({ id }) => `note/${String(id)}`)
  const items = await itemKeysOf(log.account, keys, names)
  const secrets = new Map([...(await syncSecrets(words, keys)), ...items])
  keepSyncSecrets(holdfast, secrets)
  return { person, words, secrets, other, join: () => joinByWords(holdfast, person, words, 'Third') }
}
