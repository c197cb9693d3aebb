import { once } from 'node:events'
import { createServer } from 'node:http'
import { join } from 'node:path'
import { build } from 'vite'
import { expect, test } from 'vitest'
import { browsers, closeBrowser, launchBrowser } from '../support/browsers.ts'
import { freePorts } from '../support/free-ports.ts'
import { openPage } from '../support/page.ts'
import vector from '../vectors/envelope.json' with { type: 'json' }
import settings from '../vectors/settings.json' with { type: 'json' }
import { runVectors } from './support/vectors.ts'

const expected = {
  associatedData: vector.associatedData,
  record: vector.record,
  plaintext: vector.plaintext,
  changed: true,
  moved: true,
  // RFC 7636, appendix B.
  challenge: 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM',
  text: 'ä€😀',
  // Of Wycheproof, and of RFC 5869, 7748, 8032 and 9180.
  wrong: [],
  sync: {
    same: true,
    told: 'AAAABm5vdGUvMcOk4oKs8J-YgGEgcGljdHVyZQABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHR4faGVsbG8gZnJvbSBhIG5vdGVkYXJrAAAAEHsibmFtZSI6ImEucG5nIn0AAAABAAAAAYNIaBLdeytXRyBORu83Ys9Op04J3doFVmW5GXGxzf9lMjM0NTY3ODk6Ozw9W8sUxL1x__jb1bKsn_ZsErLRduERSXbVSg',
    settings: { same: true, name: 'settings', values: settings.values },
  },
}

/** The vectors and the product's own code in one script, for a page. */
const bundle = async (): Promise<string> => {
  const entry = join(import.meta.dirname, 'support/vectors.ts')
  const lib = { entry, formats: ['iife' as const], name: 'vectors' }
  const made = await build({ configFile: false, logLevel: 'error', build: { write: false, lib } })
  const [output] = Array.isArray(made) ? made : [made]
  if (output === undefined || !('output' in output)) throw new Error('Nothing was bundled.')
  return output.output[0].code
}

test('the frozen vectors hold in Node', async () => {
  expect(await runVectors()).toEqual(expected)
})

test.each(browsers)('the frozen vectors hold in %s', async (kind) => {
  const [port = 0] = await freePorts(1)
  const server = createServer((_request, response) => {
    response.setHeader('content-type', 'text/html')
    response.end('<!doctype html><title>Vectors</title>')
  })
  await once(server.listen(port, 'localhost'), 'listening')
  const browser = await launchBrowser(kind)
  try {
    const page = await openPage(browser, `http://localhost:${port}/`)
    const script = await bundle()
    expect(await page.evaluate(`(async () => { ${script}; return vectors.runVectors() })()`)).toEqual(expected)
  } finally {
    await closeBrowser(browser)
    server.closeAllConnections()
    server.close()
  }
})
