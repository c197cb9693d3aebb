import { cp, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { zipSync } from 'fflate'
import * as v from 'valibot'
import { words } from '../../app/ui/words.ts'
import { type ExtensionBrowser, type Manifest, manifestFor, type Server } from './differences.ts'
import { serverLine } from './server.ts'

const root = join(import.meta.dirname, '../../..')

const manifestSchema = v.looseObject({
  key: v.string(),
  background: v.object({ service_worker: v.string(), scripts: v.array(v.string()) }),
  content_security_policy: v.object({ extension_pages: v.string() }),
})

const readManifest = async (): Promise<Manifest> =>
  v.parse(manifestSchema, JSON.parse(await readFile(join(root, 'manifest.json'), 'utf8')))

/** The texts of the manifest, from the words of the app: one source for every language. */
const localesOf = () =>
  Object.entries(words).map(([language, all]) => {
    const { extensionDescription, clipPage, clipSelection, clipLink, clipImage, clipCut } = all
    const messages = {
      name: 'Holdfast',
      description: extensionDescription,
      clipPage,
      clipSelection,
      clipLink,
      clipImage,
      clipCut,
    }
    return [language, Object.fromEntries(Object.entries(messages).map(([key, message]) => [key, { message }]))] as const
  })

/** Where the bundles are that `vite.extension.config.ts` makes. */
const built = join(root, 'build/extension')

const pages = { 'popup.html': 'popup/popup.html', 'app.html': 'page/app.html' }

/**
 * Puts one browser's unpacked extension, made to talk to `server`, into the empty or missing folder `out`. The bundles have
 * to be there already.
 */
export const packExtension = async (browser: ExtensionBrowser, server: Server, out: string): Promise<void> => {
  await rm(out, { recursive: true, force: true })
  await mkdir(out, { recursive: true })
  const write = (name: string, text: string) => writeFile(join(out, name), text)
  const line = serverLine(server)
  await write('manifest.json', `${JSON.stringify(manifestFor(browser, await readManifest(), server), null, 2)}\n`)
  await write('background.js', line + (await readFile(join(built, 'background/background.js'), 'utf8')))
  await write('config.js', line)
  await cp(join(built, 'clip/clip.js'), join(out, 'clip.js'))
  for (const [name, from] of Object.entries(pages)) {
    const html = await readFile(join(built, 'pages', from), 'utf8')
    await write(name, html.replace('<script', '<script src="/config.js"></script>\n    <script'))
  }
  await cp(join(built, 'pages/assets'), join(out, 'assets'), { recursive: true })
  await cp(join(root, 'src/extension/icons'), join(out, 'icons'), { recursive: true })
  for (const [language, messages] of localesOf()) {
    await mkdir(join(out, '_locales', language), { recursive: true })
    await write(join('_locales', language, 'messages.json'), JSON.stringify(messages, null, 2))
  }
}

/** The package of an unpacked extension, as the stores take it. The same files give the same bytes. */
export const zipExtension = async (folder: string): Promise<Uint8Array> => {
  const files = await readdir(folder, { recursive: true, withFileTypes: true })
  const names = files.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name))
  const entries = await Promise.all(names.sort().map(async (name) => [name, await readFile(name)] as const))
  const relative = entries.map(([name, bytes]) => [name.slice(folder.length + 1), new Uint8Array(bytes)] as const)
  return zipSync(Object.fromEntries(relative), { level: 9, mtime: new Date('2000-01-01T00:00:00') })
}

export const zipName = (version: string, browser: ExtensionBrowser): string => `holdfast-${version}-${browser}.zip`
