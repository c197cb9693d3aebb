import { createInterface } from 'node:readline/promises'

/** Everything that standard input gives. Who types ends it with Ctrl+D. */
export const readAll = async (): Promise<string> => {
  const parts: Buffer[] = []
  for await (const part of process.stdin) parts.push(part)
  return Buffer.concat(parts).toString('utf8')
}

/** One line that is typed, or all that is piped in. */
export const readLine = async (question: string): Promise<string> => {
  if (!process.stdin.isTTY) return readAll()
  const terminal = createInterface({ input: process.stdin, output: process.stderr })
  try {
    return await terminal.question(question)
  } finally {
    terminal.close()
  }
}
