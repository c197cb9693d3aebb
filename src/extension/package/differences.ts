/** Everything in which the builds for the browsers differ, and nothing that runs. */
export type ExtensionBrowser = 'chrome' | 'firefox'

export const extensionBrowsers: readonly ExtensionBrowser[] = ['chrome', 'firefox']

/** The parts of manifest.json that this file changes; the rest goes through as it is. */
export type Manifest = {
  readonly key?: string
  readonly background: { readonly service_worker?: string; readonly scripts?: readonly string[] }
  readonly content_security_policy: { readonly extension_pages: string }
  readonly browser_specific_settings?: unknown
  readonly [field: string]: unknown
}

/** The servers that one build of the extension talks to. `appUrl` is an origin without a trailing slash. */
export type Server = {
  readonly appUrl: string
  /** The issuer that people sign in at. */
  readonly idUrl: string
  /** Somebody else's provider, where it is not the server's own. */
  readonly external?:
    | {
        readonly clientId: string
        readonly scope: string
        readonly resource: string | null
        /** Where its endpoints are, besides the origin of the issuer. */
        readonly origins: readonly string[]
      }
    | undefined
}

/** The origins that the extension connects to. */
const originsOf = ({ appUrl, idUrl, external }: Server): readonly string[] => [
  ...new Set([appUrl, new URL(idUrl).origin, ...(external?.origins ?? [])]),
]

/** The manifest of one build: it may connect to these servers and to nothing else. */
export const manifestFor = (browser: ExtensionBrowser, manifest: Manifest, server: Server): Manifest => {
  const { key, background, browser_specific_settings: gecko, ...common } = manifest
  const policy = manifest.content_security_policy.extension_pages
  const connect = policy.replace("connect-src 'self'", `connect-src 'self' ${originsOf(server).join(' ')}`)
  const shared = { ...common, content_security_policy: { extension_pages: connect } }
  return browser === 'chrome'
    ? // Chromium runs the background as a service worker; the key gives an unpacked extension its fixed id.
      { ...shared, ...(key === undefined ? {} : { key }), background: { service_worker: 'background.js' } }
    : // Firefox runs it as an event page.
      { ...shared, background: { scripts: ['background.js'] }, browser_specific_settings: gecko }
}
