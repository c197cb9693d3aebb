/** Where credentials of a provider may go: an exact origin, path prefixes on segment borders, methods. */
export type Resource = {
  readonly provider: string
  readonly origin: string
  readonly paths: readonly string[]
  readonly methods: readonly string[]
  /** `true`: redirects are followed, without credentials. Default: they are refused. */
  readonly redirects?: boolean | undefined
}

/** Encoded slashes, backslashes and dots could mean another path to the server than to us. */
const ambiguous = /%2f|%5c|%2e|%00|\\/i

const underPrefix = (path: string, prefix: string): boolean =>
  path === prefix || path.startsWith(prefix.endsWith('/') ? prefix : `${prefix}/`)

/**
 * The resource that a request belongs to, judged on the parsed URL alone (WHATWG URL, which has already lowered the host,
 * resolved dot segments and dropped a default port). User info in the address matches nothing.
 */
export const matchResource = (resources: readonly Resource[], url: URL, method: string): Resource | undefined => {
  if (url.username !== '' || url.password !== '' || ambiguous.test(url.pathname)) return undefined
  return resources.find(
    (resource) =>
      resource.origin === url.origin &&
      resource.methods.includes(method) &&
      resource.paths.some((prefix) => underPrefix(url.pathname, prefix)),
  )
}
