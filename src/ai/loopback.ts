/** Where Ollama listens unless it is told otherwise. */
export const OLLAMA = 'http://127.0.0.1:11434'
/** A usual place for a speech server. */
export const SPEECH = 'http://127.0.0.1:8000'

/**
 * The origin of a program on this machine, from what a person writes: a whole address, `host:port`, or the port alone.
 * Undefined for any other machine: the page may reach none, and a note must not go there by a slip.
 */
export const loopbackOrigin = (written: string): string | undefined => {
  const found = /^(?:http:\/\/)?(?:(127\.0\.0\.1|localhost):)?(\d{1,5})\/?$/iu.exec(written.trim())
  if (found === null) return undefined
  const port = Number(found[2])
  if (port < 1 || port > 65_535) return undefined
  return `http://${(found[1] ?? '127.0.0.1').toLowerCase()}:${port}`
}

/** The same without its scheme, as one says it. */
export const spoken = (origin: string): string => origin.replace(/^http:\/\//u, '')
