import { createHash, createHmac, timingSafeEqual } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { version } from '../version.ts'

export const browsers = ['chrome', 'firefox'] as const
export type ExtensionBrowser = (typeof browsers)[number]

const linkLife = 600_000

export type Package = {
  readonly browser: ExtensionBrowser
  readonly name: string
  readonly bytes: Uint8Array<ArrayBuffer>
  /** SHA-256, hexadecimal. */
  readonly sha256: string
}

const read = async (folder: string, browser: ExtensionBrowser): Promise<readonly Package[]> => {
  const name = `holdfast-${version}-${browser}.zip`
  const bytes = await readFile(join(folder, name)).catch(() => undefined)
  if (bytes === undefined) return []
  return [{ browser, name, bytes: new Uint8Array(bytes), sha256: createHash('sha256').update(bytes).digest('hex') }]
}

/** The packages of the extension, behind links that are signed and good for ten minutes. `folder`: where the build puts them. */
export const createDownloads = (folder: string, secret: string) => {
  let loaded: Promise<readonly Package[]> | undefined
  const packages = () => {
    loaded ??= Promise.all(browsers.map((browser) => read(folder, browser))).then((all) => all.flat())
    return loaded
  }
  const sign = (text: string): string => createHmac('sha256', secret).update(`download ${text}`).digest('base64url')

  return {
    packages,

    /** What comes after `/downloads/` in the address of a package, and until when it is good. */
    link({ browser }: Package): { readonly ticket: string; readonly expiresAt: number } {
      const expiresAt = Date.now() + linkLife
      return { ticket: `${browser}.${expiresAt}.${sign(`${browser}.${expiresAt}`)}`, expiresAt }
    },

    /** The package that a link is for; undefined where it was not signed here or is over. */
    async open(ticket: string): Promise<Package | undefined> {
      const [browser = '', until = '', signature = ''] = ticket.split('.')
      const expected = Buffer.from(sign(`${browser}.${until}`))
      const given = Buffer.from(signature)
      if (given.length !== expected.length || !timingSafeEqual(given, expected)) return undefined
      if (Number(until) < Date.now()) return undefined
      return (await packages()).find((one) => one.browser === browser)
    },
  }
}

export type Downloads = ReturnType<typeof createDownloads>
