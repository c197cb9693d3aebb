import { spawn } from 'node:child_process'
import { once } from 'node:events'

const main = new URL('../../dist/server/start.mjs', import.meta.url).pathname

/** The built server as `npm start` runs it, in a process of its own with these variables. Resolves when it is ready or has ended. */
export const startProcess = async (variables: Readonly<Record<string, string>>, args: readonly string[] = []) => {
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', main, ...args], {
    env: { PATH: process.env.PATH ?? '', ...variables },
  })
  let output = ''
  let isReady = false
  const { promise: ready, resolve } = Promise.withResolvers<void>()
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (part) => {
      output += String(part)
      if (isReady) return
      isReady = output.includes('Holdfast is ready')
      if (isReady) resolve()
    })
  }
  const ended = once(child, 'close').then(([code]: unknown[]) => code)
  await Promise.race([ready, ended])
  return {
    pid: child.pid ?? 0,
    /** What it has written so far. */
    output: () => output,
    /** Its exit code, when it has ended. */
    ended,
    async end(signal: 'SIGTERM' | 'SIGKILL') {
      child.kill(signal)
      return ended
    },
  }
}

export type ServerProcess = Awaited<ReturnType<typeof startProcess>>
