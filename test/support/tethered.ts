import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { waitFor } from './deadline.ts'

/** The user `nobody` of every Unix: some programs refuse to run as root, and none needs it. */
export const nobody = { uid: 65_534, gid: 65_534 }
export const isRoot = process.getuid?.() === 0
export const user = isRoot ? nobody : {}

/** Ends the program when its input ends, which it does when this process does, however that is. */
const script = 'exec 3<&0; "$0" "$@" 3<&- & child=$!; { read -r _ <&3; kill -INT $child 2>/dev/null; } & wait $child'

/** Starts a program that never outlives this process. `ready` is told what it has said, and answers whether it can be used. */
export const startTethered = async (
  program: string,
  args: readonly string[],
  options: { readonly cwd: string; readonly ready: (said: string) => boolean | Promise<boolean> },
) => {
  const child = spawn('/bin/sh', ['-c', script, program, ...args], {
    ...user,
    cwd: options.cwd,
    env: { PATH: process.env.PATH ?? '', HOME: options.cwd },
    stdio: ['pipe', 'ignore', 'pipe'],
  })
  const ended = once(child, 'exit')
  let said = ''
  let hasEnded = false
  child.stderr.on('data', (part) => {
    said += String(part)
  })
  void ended.then(() => {
    hasEnded = true
  })
  await waitFor(async () => hasEnded || options.ready(said), `${program} is ready`)
  if (hasEnded) throw new Error(`${program} ended at its start:\n${said}`)
  return {
    async stop() {
      child.stdin.end()
      await ended
    },
  }
}
