/** Everything by which an AI can fail. The words for it are the app's, under these codes. */
export const aiCodes = [
  'AI_OFFLINE',
  'AI_UNREACHABLE',
  'AI_KEY_REFUSED',
  'AI_BUSY',
  'AI_MODEL_UNKNOWN',
  'AI_TOO_LONG',
  'AI_REFUSED',
  'AI_DOWN',
  'AI_CUT',
  'AI_UNREADABLE',
  'AI_EMPTY',
  'AI_WITHHELD',
  'AI_NO_WORKER',
] as const

export type AiCode = (typeof aiCodes)[number]

/** Why an AI does not answer. `after`: when it may be asked again, in seconds, where it has said so. */
export type AiFailure = { readonly code: AiCode; readonly after?: number }

/** The failure that a status stands for (RFC 9110 §15); 529 is Anthropic's word for overloaded. */
export const codeOfStatus = (status: number): AiCode => {
  switch (status) {
    case 401:
    case 403:
      return 'AI_KEY_REFUSED'
    case 404:
      return 'AI_MODEL_UNKNOWN'
    case 413:
      return 'AI_TOO_LONG'
    case 429:
      return 'AI_BUSY'
    default:
      return status >= 500 ? 'AI_DOWN' : 'AI_REFUSED'
  }
}

/** The failure that an error inside an answer stands for, by the words that the providers have for its kind. */
export const codeOfKind = (kind: string): AiCode => {
  const word = kind.toLowerCase()
  if (/rate_limit|resource_exhausted|insufficient_quota/u.test(word)) return 'AI_BUSY'
  if (/authentication|permission|unauthenticated|invalid_api_key/u.test(word)) return 'AI_KEY_REFUSED'
  if (/not_found/u.test(word)) return 'AI_MODEL_UNKNOWN'
  if (/context_length|too_large/u.test(word)) return 'AI_TOO_LONG'
  return 'AI_DOWN'
}

/** Longer than this nobody waits for, in seconds: a day. */
const longest = 86_400

const bounded = (seconds: number): number | undefined =>
  Number.isFinite(seconds) && seconds >= 0 && seconds <= longest ? Math.ceil(seconds) : undefined

/** `Retry-After` in seconds (RFC 9110 §10.2.3); undefined where it says nothing of use. */
const headerWait = (header: string | null, now: number): number | undefined => {
  if (header === null || header.trim() === '') return undefined
  if (/^\s*\d+\s*$/u.test(header)) return bounded(Number(header))
  return bounded((Date.parse(header) - now) / 1000)
}

const units: Readonly<Record<string, number>> = { ms: 0.001, s: 1, m: 60 }

/**
 * How long to wait, from an answer that says to. Browsers show the header to a page of another origin only where the
 * provider allows it; so the body counts too: Google's `retryDelay`, and the sentence that OpenAI and its kind write.
 */
export const waitOf = (header: string | null, body: string, now: number): number | undefined => {
  const told = headerWait(header, now)
  if (told !== undefined) return told
  const delay = /"retryDelay":\s*"([\d.]+)s"/u.exec(body)
  if (delay !== null) return bounded(Number(delay[1]))
  const sentence = /try again in ([\d.]+)\s*(ms|s|m)\b/u.exec(body)
  return sentence === null ? undefined : bounded(Number(sentence[1]) * (units[sentence[2] ?? ''] ?? 1))
}
