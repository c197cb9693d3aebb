import { connect } from 'node:net'

/** `path`: where it is another than that of the line. */
export type Call = {
  readonly method: string
  readonly path?: string
  readonly headers: Record<string, string>
  readonly body?: string
}

/** `head`: the status and the headers, as they came. */
export type Answer = { readonly status: number; readonly head: string; readonly body: string }

type Waiting = { resolve(answer: Answer): void; reject(error: Error): void }

/** The answer that `held` begins with, once it is all there. */
const answerOf = (held: string): Answer | undefined => {
  const end = held.indexOf('\r\n\r\n')
  if (end < 0) return undefined
  const head = held.slice(0, end)
  const length = /\r\ncontent-length: (\d+)/i.exec(head)?.[1]
  const body = held.slice(end + 4)
  // Without a length, one in chunks of which there is none: a redirect.
  if (length === undefined)
    return body === '0\r\n\r\n' ? { status: Number(held.slice(9, 12)), head, body: '' } : undefined
  return body.length < Number(length) ? undefined : { status: Number(held.slice(9, 12)), head, body }
}

/**
 * A connection that is kept, with one request at a time. The load shares the processors with what it measures, so it does no more
 * than it must: a quarter of the work of `node:http`. What is asked is ASCII.
 */
export const openLine = (url: string) => {
  const { host, port, pathname } = new URL(url)
  const socket = connect({ host: '127.0.0.1', port: Number(port), noDelay: true })
  let waiting: Waiting | undefined
  let held = ''
  const end = (settle: (one: Waiting) => void) => {
    const one = waiting
    waiting = undefined
    held = ''
    if (one !== undefined) settle(one)
  }
  socket.setEncoding('latin1')
  socket.on('error', (error) => end(({ reject }) => reject(error)))
  socket.on('close', () => end(({ reject }) => reject(new Error(`${pathname} ended the connection.`))))
  socket.on('data', (part) => {
    held += String(part)
    const answer = answerOf(held)
    if (answer === undefined) return
    end(({ resolve }) => resolve(answer))
  })
  const send = ({ method, path = pathname, headers, body = '' }: Call): Promise<Answer> => {
    const { promise, resolve, reject } = Promise.withResolvers<Answer>()
    waiting = { resolve, reject }
    const all = { host, ...headers, 'content-length': String(body.length) }
    const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`)
    socket.write(`${method} ${path} HTTP/1.1\r\n${lines.join('')}\r\n${body}`, 'latin1')
    return promise
  }
  return {
    send,
    /** The body of what is answered 200. Rejects where it is not. */
    async ask(call: Call): Promise<string> {
      const { status, body } = await send(call)
      if (status !== 200) throw new Error(`${pathname} was answered ${status}: ${body}`)
      return body
    },
    close: () => void socket.destroy(),
  }
}

export type Line = ReturnType<typeof openLine>
