import { connect } from 'node:net'

export type Call = { readonly method: string; readonly headers: Record<string, string>; readonly body?: string }

type Waiting = { resolve(body: string): void; reject(error: Error): void }

/** The answer that `held` begins with, once it is all there. */
const answerOf = (held: string): { readonly status: number; readonly body: string } | undefined => {
  const end = held.indexOf('\r\n\r\n')
  if (end < 0) return undefined
  const length = /\r\ncontent-length: (\d+)/i.exec(held.slice(0, end))?.[1]
  if (length === undefined) throw new Error('An answer does not say how long it is.')
  const body = held.slice(end + 4)
  return body.length < Number(length) ? undefined : { status: Number(held.slice(9, 12)), body }
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
    const { status, body } = answer
    end(({ resolve, reject }) =>
      status === 200 ? resolve(body) : reject(new Error(`${pathname} was answered ${status}: ${body}`)),
    )
  })
  return {
    ask({ method, headers, body = '' }: Call): Promise<string> {
      const { promise, resolve, reject } = Promise.withResolvers<string>()
      waiting = { resolve, reject }
      const all = { host, ...headers, 'content-length': String(body.length) }
      const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`)
      socket.write(`${method} ${pathname} HTTP/1.1\r\n${lines.join('')}\r\n${body}`, 'latin1')
      return promise
    },
    close: () => void socket.destroy(),
  }
}

export type Line = ReturnType<typeof openLine>
