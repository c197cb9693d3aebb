import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { readConfig } from '../../../server/config.ts'
import { extensionRedirects, mayCall } from '../../../server/oidc/clients.ts'

const manifest = JSON.parse(readFileSync(join(import.meta.dirname, '../../../manifest.json'), 'utf8'))

/** How Chromium makes an id of a key: the first half of its SHA-256, in letters from a to p. */
const chromeId = [...createHash('sha256').update(Buffer.from(manifest.key, 'base64')).digest('hex').slice(0, 32)]
  .map((digit) => String.fromCharCode(97 + Number.parseInt(digit, 16)))
  .join('')

const firefoxHost = createHash('sha1').update(manifest.browser_specific_settings.gecko.id).digest('hex')

describe('the client of the extension', () => {
  const config = readConfig({})

  it('is sent back to the addresses that browsers make of the ids in manifest.json', () => {
    expect(extensionRedirects).toEqual([
      `https://${chromeId}.chromiumapp.org/`,
      `https://${firefoxHost}.extensions.allizom.org/`,
    ])
  })

  it('may be used by scripts of the extension, whatever origin Firefox gave it, and by no page', () => {
    expect(mayCall(config, 'extension', `chrome-extension://${chromeId}`)).toBe(true)
    expect(mayCall(config, 'extension', 'moz-extension://6f2b6e0a-1111-4222-8333-444455556666')).toBe(true)
    for (const origin of [config.appUrl, `chrome-extension://${'a'.repeat(32)}`, 'https://a.example', 'null']) {
      expect(mayCall(config, 'extension', origin)).toBe(false)
    }
  })

  it('is the only one that an extension may use', () => {
    expect(mayCall(config, 'web', config.appUrl)).toBe(true)
    expect(mayCall(config, 'web', `chrome-extension://${chromeId}`)).toBe(false)
    expect(mayCall(config, 'other', config.appUrl)).toBe(false)
  })
})
