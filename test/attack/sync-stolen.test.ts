import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Browser, Page } from 'puppeteer-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { utf8 } from '../../src/base/bytes.ts'
import { makeFolder, pick } from '../e2e/support/files.ts'
import { epochsAtServer, type Listed, rows, synced } from '../e2e/support/sync.ts'
import { askWorker } from '../support/ask-worker.ts'
import { caseBrowsers, closeBrowser, launchBrowser } from '../support/browsers.ts'
import { waitFor } from '../support/deadline.ts'
import { type Holdfast, startHoldfast } from '../support/holdfast.ts'
import { click, fill, openPage, showsText } from '../support/page.ts'
import { type Credentials, createAccount } from '../support/people.ts'
import { joinByWords, keysByWords } from '../support/second-device.ts'
import { noteObtained } from './support/obtained.ts'
import { foundIn, type SyncSecrets, syncSecrets } from './support/sync-secrets.ts'

/** Words that nobody else writes, by where they stand. */
const written = {
  title: 'Quorbelflinte',
  body: 'Zwirbelnachtmahr',
  otherTitle: 'Plonkerwiesel',
  otherBody: 'Schnurzelgrotte',
  tag: 'knatterlurch',
  fileName: 'murkelspatz.txt',
  fileContent: 'Trollwumpelbrei',
  otherFileName: 'fenkelstrunz.txt',
  otherFileContent: 'Hupfdraubeere',
  afterRemoval: 'Graupelzinnober',
}
/** What the server is told: the device log has the names of devices. */
const deviceName = 'Blinzelkasten'

const everyFile = async (folder: string): Promise<Buffer> => {
  const names = await readdir(folder, { recursive: true, withFileTypes: true })
  const files = names.filter((one) => one.isFile())
  return Buffer.concat(await Promise.all(files.map(({ parentPath, name }) => readFile(join(parentPath, name)))))
}

/** The first device: a note with a file, sync, and a confirmed kit, whose words are answered. */
const begin = async (page: Page): Promise<{ readonly person: Credentials; readonly kit: string }> => {
  await fill(page, 'Title', written.title)
  await fill(page, 'Note', written.body)
  await showsText(page, 'Saved on this device')
  const folder = await makeFolder()
  await pick(page, 'Files to attach', [await folder.put(written.fileName, written.fileContent)])
  await waitFor(async () => (await rows(page, 'attachments')).length === 1, 'the file is stored')
  await folder.remove()
  const person = await createAccount(page)
  await askWorker(page, { type: 'sync.enable' })
  await synced(page)
  const kit = ((await askWorker(page, { type: 'sync.newKit' })).ok as { words: string }).words
  await askWorker(page, { type: 'sync.confirmKit', words: kit })
  return { person, kit }
}

/** The other device is removed, and a note is written under the key that it has not got. */
const goOnAlone = async (holdfast: Holdfast, page: Page): Promise<void> => {
  const { devices } = (await askWorker(page, { type: 'devices.list' })).ok as { devices: readonly Listed[] }
  const listed = devices.find(({ isThis }) => !isThis)
  await askWorker(page, { type: 'devices.remove', device: listed?.id ?? '' })
  await waitFor(() => epochsAtServer(holdfast).includes(2), 'there is a new epoch')
  await page.bringToFront()
  await click(page, 'button', 'New note')
  await fill(page, 'Title', written.afterRemoval)
  const isStored = async () => (await rows(page, 'notes')).some(({ title }) => title === written.afterRemoval)
  await waitFor(isStored, 'the note is stored')
  await synced(page)
}

describe.each(caseBrowsers)('a server whose disk, output and wires are read, with a worker in %s', (kind) => {
  const wire: Uint8Array[] = []
  const lines: string[] = []
  const words = new Map(Object.entries(written).map(([where, text]) => [where, utf8(text)]))
  let holdfast: Holdfast
  let browser: Browser
  let secrets: SyncSecrets
  let stolen: Record<'disk' | 'output' | 'wire', Uint8Array>

  beforeAll(async () => {
    const overhear = (bytes: Uint8Array) => void wire.push(bytes)
    holdfast = await startHoldfast({ overhear, logged: (line) => void lines.push(line) })
    browser = await launchBrowser(kind)
    const page = await openPage(browser, holdfast.appUrl)
    const { person, kit } = await begin(page)
    const other = await joinByWords(holdfast, person, kit, deviceName)
    const note = crypto.randomUUID()
    await other.write(note, { title: written.otherTitle, body: written.otherBody, tags: [written.tag] })
    const bytes = utf8(written.otherFileContent)
    await other.attach(crypto.randomUUID(), note, { name: written.otherFileName, bytes })
    await synced(page)
    await waitFor(async () => (await rows(page, 'attachments')).length === 2, 'the other file has come')
    await goOnAlone(holdfast, page)
    const third = await joinByWords(holdfast, person, kit, 'Third')
    secrets = await syncSecrets(kit, (await keysByWords(third.transport, kit)).keys)
    stolen = {
      disk: await everyFile(holdfast.config.data),
      output: Buffer.from(lines.join('\n')),
      wire: Buffer.concat(wire),
    }
  })
  afterAll(async () => {
    await closeBrowser(browser)
    await holdfast.stop()
  })

  it('tells no word of a note, a tag or a file', () => {
    const found = Object.entries(stolen).map(([where, bytes]) => [where, foundIn(bytes, words)])
    expect(found).toEqual(Object.keys(stolen).map((where) => [where, []]))
    noteObtained({})
  })

  it('tells no words of the kit, and no key of either epoch', () => {
    expect([...secrets.keys()]).toEqual(expect.arrayContaining(['key of epoch 1', 'key of epoch 2', 'words from 10']))
    const found = Object.entries(stolen).map(([where, bytes]) => [where, foundIn(bytes, secrets)])
    expect(found).toEqual(Object.keys(stolen).map((where) => [where, []]))
    noteObtained({})
  })

  it('would tell them, were they written anywhere', () => {
    const name = new Map([['name of the device', utf8(deviceName)]])
    expect(foundIn(stolen.disk, name)).toHaveLength(1)
    expect(foundIn(stolen.wire, name)).toHaveLength(1)
    expect(Buffer.from(stolen.output).toString()).toContain('/sync/records')
    for (const [where, bytes] of [...words, ...secrets]) {
      const planted = Buffer.from(bytes)
      const forms = [planted, ...(['base64', 'base64url', 'hex'] as const).map((one) => planted.toString(one))]
      for (const form of forms) {
        const hay = Buffer.concat([Buffer.from('before '), Buffer.from(form), Buffer.from(' after')])
        expect(foundIn(hay, new Map([[where, bytes]])), where).toEqual([where])
      }
    }
  })
})
