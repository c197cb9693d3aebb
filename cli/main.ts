import { parseArgs } from 'node:util'
import { logout, status } from './account.ts'
import { devices } from './devices.ts'
import { Failure } from './failure.ts'
import type { Result } from './result.ts'
import { expireSession } from './session-file.ts'
import { toldOf } from './told.ts'

const originOf = (text: string): string => {
  const url = URL.parse(text)
  if (url === null || !/^https?:$/.test(url.protocol)) throw new Failure('USAGE')
  return url.origin
}

const flags = {
  server: { type: 'string', default: 'http://localhost:8787' },
  json: { type: 'boolean', default: false },
  'no-browser': { type: 'boolean', default: false },
  notes: { type: 'boolean', default: false },
} as const

/** There is no short flag: the id of a device may begin with a hyphen, as may the name of a file. */
const isFlag = (word: string): boolean => /^--[a-z-]+(=|$)/.test(word)

/** The flags first, and then everything that is none of them. `--` ends the flags, as elsewhere. */
const inOrder = (given: readonly string[]): string[] => {
  const end = given.indexOf('--')
  const [open, closed] = end === -1 ? [given, []] : [given.slice(0, end), given.slice(end + 1)]
  const ofServer = (at: number) => open[at - 1] === '--server'
  const isOfFlags = (word: string, at: number) => isFlag(word) || ofServer(at)
  return [...open.filter(isOfFlags), '--', ...open.filter((word, at) => !isOfFlags(word, at)), ...closed]
}

const parse = () => {
  try {
    return parseArgs({ args: inOrder(process.argv.slice(2)), options: flags, allowPositionals: true })
  } catch {
    throw new Failure('USAGE')
  }
}

type Given = ReturnType<typeof parse>['values']
type Command = (words: readonly string[], values: Given) => Promise<Result>

const alone =
  (work: (values: Given) => Promise<Result>): Command =>
  (words, values) => {
    if (words.length > 0) throw new Failure('USAGE')
    return work(values)
  }

/** What a command needs is loaded for that command: most need little, and are there at once. */
const commands: Readonly<Record<string, Command>> = {
  status: alone(status),
  logout: alone(logout),
  login: alone(async (values) => {
    const { login } = await import('./login.ts')
    await login({ server: originOf(values.server), opensBrowser: !values['no-browser'] })
    return status()
  }),
  pair: async (words, values) => (await import('./pair.ts')).pair(words, originOf(values.server)),
  devices,
  sync: async (words) => (await import('./sync/command.ts')).sync(words),
  notes: async (words) => (await import('./notes/command.ts')).notes(words),
  // The server's own, without the flag, is the operator's (bin/holdfast.mjs).
  backup: async (words, { notes }) => {
    if (!notes) throw new Failure('USAGE')
    return (await import('./sync/command.ts')).backup(words)
  },
}

const run = async ({ values, positionals }: ReturnType<typeof parse>): Promise<Result> => {
  const [name = '', ...words] = positionals
  const command = Object.hasOwn(commands, name) ? commands[name] : undefined
  if (command === undefined) throw new Failure('USAGE')
  return command(words, values)
}

const asJson = process.argv.includes('--json')
try {
  const { json, text, failed = false } = await run(parse())
  if (asJson && json !== undefined) console.log(JSON.stringify(json))
  else if (text !== '') console.log(text)
  if (failed) process.exitCode = 1
} catch (error) {
  const { code, message } = toldOf(error)
  // What is refused with a token that was good finds out at the next command why.
  if (code === 'SESSION_ENDED') await expireSession()
  if (asJson) console.log(JSON.stringify({ error: { code, message } }))
  else console.error(`${message} (${code})`)
  process.exitCode = code === 'USAGE' ? 2 : 1
}
