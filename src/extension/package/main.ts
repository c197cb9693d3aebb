import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { extensionBrowsers } from './differences.ts'
import { packExtension, zipExtension, zipName } from './pack.ts'

// Makes dist/extension-* and their packages for the servers that the environment names.
const root = join(import.meta.dirname, '../../..')
const { version } = JSON.parse(await readFile(join(root, 'manifest.json'), 'utf8'))
const server = {
  appUrl: process.env.HOLDFAST_APP_URL ?? 'http://localhost:8787',
  idUrl: process.env.HOLDFAST_ID_URL ?? 'http://localhost:8788',
}
for (const browser of extensionBrowsers) {
  const folder = join(root, `dist/extension-${browser}`)
  await packExtension(browser, server, folder)
  const bytes = await zipExtension(folder)
  await writeFile(join(root, 'dist', zipName(version, browser)), bytes)
  process.stdout.write(`dist/extension-${browser}  ${Math.ceil(bytes.length / 1024)} KiB packed\n`)
}
