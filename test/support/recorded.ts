/** Who sent a request, as its headers tell. */
export type Sender =
  /** The browser, for the script of a service worker. */
  | 'script'
  /** The browser, going to a page. */
  | 'navigation'
  /** The service worker, by its own address as the referrer: in tests it is allowed to send that. */
  | 'worker'
  /** A script or an element of a page. */
  | 'page'

/** The two origins: of the app and its API, and of the identity provider. */
export type Site = 'app' | 'id'

/** One request as it arrived, and what became of it. */
export type Recorded = {
  readonly site: Site
  readonly sender: Sender
  readonly method: string
  readonly path: string
  readonly search: string
  readonly headers: Readonly<Record<string, string>>
  /** The fields of a form; empty where the body is none. */
  readonly form: Readonly<Record<string, string>>
  /** Milliseconds since 1970. */
  readonly at: number
  /** Once the server has answered: what it said, whether or not that arrived. */
  reply?: Reply
}

export type Reply = {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  /** At the identity provider: the text of the body. At the app's origin not kept. */
  readonly body: string
}

type Arrived = Pick<Recorded, 'site' | 'method' | 'headers' | 'form'> & { readonly url: string }

/** Where the worker is served. */
export const workerPath = '/sw.js'

const senderOf = (headers: Arrived['headers']): Sender => {
  if (headers['service-worker'] === 'script') return 'script'
  if (headers['sec-fetch-mode'] === 'navigate') return 'navigation'
  const { referer } = headers
  return referer !== undefined && URL.parse(referer)?.pathname === workerPath ? 'worker' : 'page'
}

export const toRecorded = ({ site, method, headers, form, url }: Arrived): Recorded => {
  const { pathname: path, search } = new URL(url, 'http://localhost')
  return { site, sender: senderOf(headers), method, path, search, headers, form, at: Date.now() }
}
