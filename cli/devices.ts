import * as v from 'valibot'
import { fromBase64url } from '../src/base/bytes.ts'
import { ask } from './api.ts'
import { Failure } from './failure.ts'
import { freshSession } from './fresh-session.ts'
import { plain } from './plain.ts'
import type { Result } from './result.ts'
import type { Session } from './session-file.ts'

const deviceSchema = v.object({
  id: v.string(),
  name: v.string(),
  platform: v.string(),
  lastSeenAt: v.string(),
  isThis: v.boolean(),
  publicKey: v.optional(v.string(), ''),
})
const devicesSchema = v.object({ devices: v.array(deviceSchema) })

/**
 * Takes a device off the account. Where this machine has keys of the notes, the device log is told first, which can be done again where
 * what follows fails; and what is written from then on is under a new key.
 */
const remove = async (session: Session, id: string, forget: () => Promise<unknown>): Promise<void> => {
  const { devices: list } = v.parse(devicesSchema, await ask(session, 'GET', '/devices'))
  const device = list.find((one) => one.id === id)
  const key = fromBase64url(device?.publicKey ?? '')
  if (session.sync === undefined || device === undefined || device.isThis || key?.length !== 32) {
    await forget()
    return
  }
  const { withReplica } = await import('./sync/replica.ts')
  await withReplica(async (replica) => {
    await replica.exchange()
    await replica.expel(key)
    await forget()
    await replica.exchange()
  })
}

export const devices = async (words: readonly string[]): Promise<Result> => {
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
  await remove(session, id, () => ask(session, 'DELETE', path))
  return { json: { removed: id }, text: 'Removed. It is signed out within five seconds.' }
}
