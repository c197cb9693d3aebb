import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import type { Browser, BrowserContext, ElementHandle, Page } from 'puppeteer-core'
import { kindOf } from '../../support/browsers.ts'
import { waitFor } from '../../support/deadline.ts'

/** A folder for what tests give to a browser and get from it. */
export type Folder = {
  readonly path: string
  /** Writes a file, in folders of its own where its name has them, and gives its path. */
  put(name: string, content: string | Uint8Array): Promise<string>
  /** The file whose name begins and ends like this, once it has been downloaded; takes it away. */
  take(start: string, ending: string): Promise<{ readonly name: string; readonly bytes: Buffer }>
  remove(): Promise<void>
}

export const makeFolder = async (): Promise<Folder> => {
  const path = await mkdtemp(join(tmpdir(), 'holdfast-files-'))
  const done = async (start: string, ending: string): Promise<string | undefined> => {
    const names = await readdir(path)
    if (names.some((name) => /\.(?:crdownload|part)$/u.test(name))) return undefined
    const name = names.find((one) => one.startsWith(start) && one.endsWith(ending))
    // Firefox puts an empty file in the place first.
    return name !== undefined && (await stat(join(path, name))).size > 0 ? name : undefined
  }
  return {
    path,
    async put(name, content) {
      await mkdir(dirname(join(path, name)), { recursive: true })
      await writeFile(join(path, name), content)
      return join(path, name)
    },
    async take(start, ending) {
      const name = await waitFor(() => done(start, ending), `a file "${start}…${ending}" was downloaded`)
      const bytes = await readFile(join(path, name))
      await rm(join(path, name))
      return { name, bytes }
    },
    remove: () => rm(path, { recursive: true, force: true }),
  }
}

/** Preferences of Firefox by which what is downloaded comes into the folder, and nobody is asked. */
export const downloadPrefs = ({ path }: Folder): Readonly<Record<string, boolean | number | string>> => ({
  'browser.download.folderList': 2,
  'browser.download.dir': path,
  'browser.download.always_ask_before_handling_new_types': false,
  'browser.download.alwaysOpenPanel': false,
  // It would open what was downloaded, in front of the page.
  'pdfjs.disabled': true,
})

/** The same in Chromium, for a profile of its own where one is given. */
export const downloadInto = async (browser: Browser, { path }: Folder, profile?: BrowserContext): Promise<void> => {
  if (kindOf(browser) !== 'chromium') return
  const session = await browser.target().createCDPSession()
  const whose = profile?.id === undefined ? {} : { browserContextId: profile.id }
  await session.send('Browser.setDownloadBehavior', { behavior: 'allow', downloadPath: path, ...whose })
}

/** Gives files to the picker of this name. */
export const pick = async (page: Page, label: string, paths: readonly string[]): Promise<void> => {
  const input = await page.waitForSelector(`input[type=file][aria-label="${label}"]`)
  if (input === null) throw new Error(`There is no picker "${label}".`)
  await (input as ElementHandle<HTMLInputElement>).uploadFile(...paths)
}

/** Drops files and folders on the page, as someone does who drags them there. Chromium alone can be told to. */
export const drop = async (page: Page, paths: readonly string[]): Promise<void> => {
  const session = await page.createCDPSession()
  const data = { items: [], files: [...paths], dragOperationsMask: 1 }
  for (const type of ['dragEnter', 'dragOver', 'drop'] as const)
    await session.send('Input.dispatchDragEvent', { type, x: 150, y: 300, data })
  await session.detach()
}

/** A picture of one point. */
export const png = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==',
  'base64',
)

/** A document of one page with this text, as ISO 32000-1 has it. */
export const pdfOf = (text: string): Buffer => {
  const stream = `BT /F1 24 Tf 72 700 Td (${text}) Tj ET`
  const objects = [
    '<< /Type /Catalog /Pages 2 0 R >>',
    '<< /Type /Pages /Kids [3 0 R] /Count 1 >>',
    '<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>',
    `<< /Length ${stream.length} >>\nstream\n${stream}\nendstream`,
    '<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>',
  ]
  let out = '%PDF-1.4\n'
  const places = objects.map((object, at) => {
    const place = out.length
    out += `${at + 1} 0 obj\n${object}\nendobj\n`
    return String(place).padStart(10, '0')
  })
  const start = out.length
  const table = ['0000000000 65535 f ', ...places.map((place) => `${place} 00000 n `)].join('\n')
  out += `xref\n0 ${objects.length + 1}\n${table}\ntrailer << /Size ${objects.length + 1} /Root 1 0 R >>\n`
  return Buffer.from(`${out}startxref\n${start}\n%%EOF\n`, 'latin1')
}
