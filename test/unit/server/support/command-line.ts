import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { waitFor } from '../../../support/deadline.ts'

const at = (path: string): string => new URL(`../../../../${path}`, import.meta.url).pathname

/** As people start it; or what that starts, which is there in half the time. */
const programs = {
  whole: [at('bin/holdfast.mjs')],
  client: ['--disable-warning=ExperimentalWarning', at('cli/main.ts')],
} as const

export const failsWith = (code: string) => ({ code: 1, json: { error: { code } } })

/** The command line of people, each of whom has a home in a folder. */
export const commandLine = (folder: () => string, program: keyof typeof programs = 'client') => {
  /** Everything that any of them has said. */
  const said: string[] = []

  const start = (home: string, words: readonly string[]): ChildProcess => {
    const [PATH, cache] = [process.env.PATH ?? '', at('build/compile-cache')]
    const env = { PATH, XDG_CONFIG_HOME: join(folder(), home), NODE_COMPILE_CACHE: cache }
    return spawn(process.execPath, [...programs[program], ...words, '--json'], { env, detached: true })
  }

  /** Runs a command to its end. `given`: what it reads; `onAddress` gets the address that it asks to open. */
  const holdfast = async (
    home: string,
    words: readonly string[],
    onAddress?: (address: string) => Promise<unknown>,
    given = '',
  ) => {
    const child = start(home, words)
    let [out, told] = ['', '']
    child.stdout?.on('data', (chunk) => {
      out += chunk
    })
    child.stderr?.on('data', (chunk) => {
      told += chunk
      const address = /^(http\S+)\n/m.exec(told)?.[1]
      if (address !== undefined && onAddress !== undefined) {
        void onAddress(address)
        onAddress = undefined
      }
    })
    child.stdin?.end(given)
    const [code] = await once(child, 'close')
    said.push(out, told)
    return { code, json: out === '' ? undefined : JSON.parse(out), text: told }
  }

  /** Runs a command that talks with a person. `told` waits until it has said something. */
  const converse = (home: string, words: readonly string[]) => {
    const child = start(home, words)
    const ended = Promise.withResolvers<{ code: number | null; json: unknown }>()
    let [out, text] = ['', '']
    child.stdout?.on('data', (chunk) => {
      out += chunk
    })
    child.stderr?.on('data', (chunk) => {
      text += chunk
    })
    child.once('close', (code) => {
      said.push(out, text)
      ended.resolve({ code, json: out === '' ? undefined : JSON.parse(out) })
    })
    const told = (pattern: RegExp) => waitFor(async () => pattern.exec(text)?.[0], `it says ${pattern}`)
    return {
      told,
      say: (line: string) => child.stdin?.write(`${line}\n`),
      /** With everything that it has started. */
      kill: () => process.kill(-(child.pid ?? 0), 'SIGKILL'),
      ended: ended.promise,
    }
  }

  /** The bytes of a file of a note. */
  const gotten = async (home: string, id: string) => {
    const child = start(home, ['notes', 'get', id])
    const parts: Buffer[] = []
    child.stdout?.on('data', (part) => parts.push(part))
    const [code] = await once(child, 'close')
    return { code, bytes: Buffer.concat(parts) }
  }

  const fileOf = (home: string) => join(folder(), home, 'holdfast/session.json')
  const sessionOf = async (home: string) => JSON.parse(await readFile(fileOf(home), 'utf8'))
  const change = async (home: string, changes: object) =>
    writeFile(fileOf(home), JSON.stringify({ ...(await sessionOf(home)), ...changes }))
  return { holdfast, gotten, converse, said, fileOf, sessionOf, change }
}
