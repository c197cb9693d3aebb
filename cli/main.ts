import { parseArgs } from 'node:util'
import * as v from 'valibot'
import { ask } from './api.ts'
import { Failure } from './failure.ts'
import { freshSession } from './fresh-session.ts'
import { login } from './login.ts'
import { join, offer } from './pair.ts'
import { plain } from './plain.ts'
import { revoke } from './provider.ts'
import { alone, readSession, removeSession } from './session-file.ts'

type Result = { readonly json: unknown; readonly text: string }

const statusSchema = v.object({
  user: v.object({ email: v.nullable(v.string()), name: v.nullable(v.string()) }),
  device: v.object({ name: v.string() }),
})
const deviceSchema = v.object({
  id: v.string(),
  name: v.string(),
  platform: v.string(),
  lastSeenAt: v.string(),
  isThis: v.boolean(),
})
const devicesSchema = v.object({ devices: v.array(deviceSchema) })

const status = async (): Promise<Result> => {
  const session = await freshSession()
  const { user, device } = v.parse(statusSchema, await ask(session, 'GET', '/auth/status'))
  const json = { signedIn: true, server: session.server, email: user.email, device: device.name }
  const who = user.email ?? user.name ?? 'Signed in'
  return { json, text: `${plain(who)} at ${session.server}, on ${plain(device.name)}` }
}

const logout = (): Promise<Result> =>
  alone(async () => {
    const session = await readSession()
    if (session === undefined) throw new Failure('NOT_SIGNED_IN')
    const told = await revoke(session).then(
      () => true,
      () => false,
    )
    await removeSession()
    const later = ' The server could not be told: remove this device from another one.'
    return { json: { signedOut: true, told }, text: `You are signed out.${told ? '' : later}` }
  })

const devices = async (words: readonly string[]): Promise<Result> => {
  const [action, id = '', ...rest] = words
  const isRename = action === 'rename' && rest.length > 0
  const isRemoval = action === 'remove' && id !== '' && rest.length === 0
  if (action !== undefined && !isRename && !isRemoval) throw new Failure('USAGE')
  const session = await freshSession()
  if (action === undefined) {
    const { devices: list } = v.parse(devicesSchema, await ask(session, 'GET', '/devices'))
    const lines = list.map((one) => `${one.isThis ? '*' : ' '} ${one.id}  ${plain(one.name)}  ${one.lastSeenAt}`)
    return { json: { devices: list }, text: lines.join('\n') }
  }
  const path = `/devices/${encodeURIComponent(id)}`
  if (isRename) {
    await ask(session, 'PATCH', path, { name: rest.join(' ') })
    return { json: { renamed: id }, text: 'Renamed.' }
  }
  await ask(session, 'DELETE', path)
  return { json: { removed: id }, text: 'Removed. It is signed out within five seconds.' }
}

/** Without words this device lets another one in; with words another one lets this one in. */
const pair = async (words: readonly string[], server: string): Promise<Result> => {
  if (words.length === 0) {
    const name = await offer()
    return { json: { paired: name }, text: `${plain(name)} is signed in.` }
  }
  await join(words.join(' '), server)
  return status()
}

const originOf = (text: string): string => {
  const url = URL.parse(text)
  if (url === null || !/^https?:$/.test(url.protocol)) throw new Failure('USAGE')
  return url.origin
}

const flags = {
  server: { type: 'string', default: 'http://localhost:8787' },
  json: { type: 'boolean', default: false },
  'no-browser': { type: 'boolean', default: false },
} as const

const parse = () => {
  try {
    return parseArgs({ options: flags, allowPositionals: true })
  } catch {
    throw new Failure('USAGE')
  }
}

const run = async ({ values, positionals }: ReturnType<typeof parse>): Promise<Result> => {
  const [command, ...words] = positionals
  if (command === 'devices') return devices(words)
  if (command === 'pair') return pair(words, originOf(values.server))
  if (words.length > 0) throw new Failure('USAGE')
  if (command === 'logout') return logout()
  if (command === 'login') await login({ server: originOf(values.server), opensBrowser: !values['no-browser'] })
  else if (command !== 'status') throw new Failure('USAGE')
  return status()
}

const asJson = process.argv.includes('--json')
try {
  const { json, text } = await run(parse())
  console.log(asJson ? JSON.stringify(json) : text)
} catch (error) {
  const { code, message } = error instanceof Failure ? error : new Failure('SERVER_UNAVAILABLE')
  if (asJson) console.log(JSON.stringify({ error: { code, message } }))
  else console.error(`${message} (${code})`)
  process.exitCode = code === 'USAGE' ? 2 : 1
}
