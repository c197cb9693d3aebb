/** A cloud AI that the worker may reach with a key that a person gives it. */
export type AiProvider = {
  /** The name of its secret and of its alias. */
  readonly id: string
  readonly origin: string
  /** The path of its API, without an end slash; empty where that is the whole origin. */
  readonly base: string
}

type Kind = {
  readonly address: string | undefined
  readonly header?: string
  /** What the app asks for there: a key is of use for nothing else. */
  readonly paths: readonly string[]
}

const compatible: Kind = { address: undefined, paths: ['/chat/completions', '/audio/transcriptions', '/models'] }

/** What is known of the providers that have a protocol of their own; all others speak OpenAI's. */
const known: Readonly<Record<string, Kind>> = {
  openai: { ...compatible, address: 'https://api.openai.com/v1' },
  anthropic: { address: 'https://api.anthropic.com/v1', header: 'x-api-key', paths: ['/messages', '/models'] },
  gemini: {
    address: 'https://generativelanguage.googleapis.com/v1beta',
    header: 'x-goog-api-key',
    paths: ['/models'],
  },
}

const kindOf = (id: string): Kind => (Object.hasOwn(known, id) ? (known[id] ?? compatible) : compatible)

/** What `HOLDFAST_AI_PROVIDERS` is where it is not set. */
export const aiDefault = Object.keys(known).join(' ')
const NONE = 'none'

const isLocal = (hostname: string): boolean => /^(?:localhost|127\.0\.0\.1|\[::1\])$/.test(hostname)

const isAddress = (text: string): boolean => {
  if (!URL.canParse(text)) return false
  const { protocol, hostname, href, username, password } = new URL(text)
  if (username !== '' || password !== '' || /[?#]/.test(text) || href.replace(/\/$/, '') !== text) return false
  return protocol === 'https:' || (protocol === 'http:' && isLocal(hostname))
}

const entriesOf = (text: string): readonly (readonly [id: string, address: string | undefined])[] =>
  text
    .split(/[\s,]+/)
    .filter((entry) => entry !== '' && entry !== NONE)
    .map((entry) => {
      const at = entry.indexOf('=')
      return at < 0 ? [entry, kindOf(entry).address] : [entry.slice(0, at), entry.slice(at + 1)]
    })

/** What is wrong with a list of providers, as the rest of a sentence; undefined where nothing is. */
export const aiFault = (text: string): string | undefined => {
  const entries = entriesOf(text)
  for (const [id, address] of entries) {
    if (!/^[a-z0-9-]{1,40}$/.test(id)) return `has a name that is not of lower-case letters, digits and "-": ${id}`
    if (address === undefined) return `has to say where ${id} is: ${id}=https://…`
    if (!isAddress(address))
      return `has for ${id} no https address without query and end slash, nor http on this machine`
  }
  return new Set(entries.map(([id]) => id)).size === entries.length ? undefined : 'names one provider twice'
}

/** The providers of a list that has no fault, such as `openai anthropic groq=https://api.groq.com/openai/v1`. */
export const readAi = (text: string): readonly AiProvider[] =>
  entriesOf(text).flatMap(([id, address]) => {
    if (address === undefined) return []
    const { origin, pathname } = new URL(address)
    return [{ id, origin, base: pathname === '/' ? '' : pathname }]
  })

/** The providers as resources of the worker: src/sw/config.ts. */
export const aiResources = (providers: readonly AiProvider[]) =>
  providers.map(({ id, origin, base }) => {
    const { header, paths } = kindOf(id)
    return {
      secret: id,
      alias: id,
      origin,
      ...(base === '' ? {} : { base }),
      ...(header === undefined ? {} : { header }),
      paths: paths.map((path) => base + path),
      methods: ['GET', 'POST'],
    }
  })

/** What the worker's own policy has to let it reach. */
export const aiOrigins = (providers: readonly AiProvider[]): readonly string[] => [
  ...new Set(providers.map(({ origin }) => origin)),
]
