/** Where credentials may go: an exact origin, path prefixes on segment borders, methods. */
export type Resource = {
  /** The provider whose tokens go there, or … */
  readonly provider?: string | undefined
  /** … the name of the secret that goes there, in this header and after this scheme. */
  readonly secret?: string | undefined
  readonly header?: string | undefined
  readonly scheme?: string | undefined
  /** The resource under an address of our own origin: `/~/<alias>/…`. */
  readonly alias?: string | undefined
  /** What stands at the resource before the path that is asked for under the alias. Default: nothing. */
  readonly base?: string | undefined
  readonly origin: string
  readonly paths: readonly string[]
  /** Path prefixes below those, for the worker's own requests alone: no page gets credentials for them. */
  readonly except?: readonly string[] | undefined
  readonly methods: readonly string[]
  /** `true`: redirects are followed, without credentials. Default: they are refused. */
  readonly redirects?: boolean | undefined
}

/** Encoded slashes, backslashes and dots could mean another path to the server than to us. */
const ambiguous = /%2f|%5c|%2e|%00|\\/i

const underPrefix = (path: string, prefix: string): boolean =>
  path === prefix || path.startsWith(prefix.endsWith('/') ? prefix : `${prefix}/`)

/** Judged as a server reads it, to which `%73ync` is `sync`. What cannot be decoded is excepted, too. */
const isExcepted = ({ except = [] }: Resource, path: string): boolean => {
  try {
    const decoded = decodeURIComponent(path)
    return except.some((prefix) => underPrefix(decoded, prefix))
  } catch {
    return except.length > 0
  }
}

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
      resource.paths.some((prefix) => underPrefix(url.pathname, prefix)) &&
      !isExcepted(resource, url.pathname),
  )
}

/** Where a request goes and with whose credentials. `aliased`: it was asked for under our own origin. */
export type Route = { readonly resource: Resource; readonly target: URL; readonly aliased: boolean }

const ALIASES = '/~/'

/** True for the addresses of our own origin that stand for resources elsewhere. None of them is the server's. */
export const isAlias = (url: URL, origin: string): boolean => url.origin === origin && url.pathname.startsWith(ALIASES)

/** The resource behind `/~/<alias>/<path>`: its compiled-in origin and base, and the rest of the path, where it matches. */
const routeAlias = (resources: readonly Resource[], url: URL, method: string): Route | undefined => {
  const [alias = '', ...path] = url.pathname.slice(ALIASES.length).split('/')
  const resource = resources.find((one) => one.alias === alias)
  if (resource === undefined || ambiguous.test(url.pathname)) return undefined
  const target = new URL(resource.origin)
  // These setters cannot change the origin, whatever they are given (WHATWG URL, path state).
  target.pathname = `${resource.base ?? ''}/${path.join('/')}`
  target.search = url.search
  return matchResource([resource], target, method) === undefined ? undefined : { resource, target, aliased: true }
}

/** Where a request of a page at `origin` goes, or undefined where it is none of ours. */
export const routeRequest = (
  resources: readonly Resource[],
  url: URL,
  method: string,
  origin: string,
): Route | undefined => {
  if (isAlias(url, origin)) return routeAlias(resources, url, method)
  const resource = matchResource(resources, url, method)
  return resource === undefined ? undefined : { resource, target: url, aliased: false }
}
