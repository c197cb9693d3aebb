import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { extensionBrowsers, type Server } from './differences.ts'
import { packExtension, zipExtension, zipName } from './pack.ts'

// Makes dist/extension-* and their packages for the servers that the environment names.
const root = join(import.meta.dirname, '../../..')
const { version } = JSON.parse(await readFile(join(root, 'manifest.json'), 'utf8'))
const { HOLDFAST_APP_URL, HOLDFAST_ID_URL, HOLDFAST_ISSUER, HOLDFAST_CLIENT_ID_EXTENSION: clientId } = process.env
if (HOLDFAST_ISSUER !== undefined && clientId === undefined) {
  throw new Error('With HOLDFAST_ISSUER the extension needs HOLDFAST_CLIENT_ID_EXTENSION.')
}
const server: Server = {
  appUrl: HOLDFAST_APP_URL ?? 'http://localhost:8787',
  idUrl: HOLDFAST_ISSUER ?? HOLDFAST_ID_URL ?? 'http://localhost:8788',
  ...(HOLDFAST_ISSUER === undefined || clientId === undefined
    ? {}
    : {
        external: {
          clientId,
          scope: process.env.HOLDFAST_SCOPE ?? 'openid profile email offline_access',
          resource: process.env.HOLDFAST_RESOURCE ?? null,
          origins: process.env.HOLDFAST_ISSUER_ORIGINS?.split(',') ?? [],
        },
      }),
}
for (const browser of extensionBrowsers) {
  const folder = join(root, `dist/extension-${browser}`)
  await packExtension(browser, server, folder)
  const bytes = await zipExtension(folder)
  await writeFile(join(root, 'dist', zipName(version, browser)), bytes)
  process.stdout.write(`dist/extension-${browser}  ${Math.ceil(bytes.length / 1024)} KiB packed\n`)
}
