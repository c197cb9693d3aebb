import { closeSync, openSync } from 'node:fs'
import { mkdir, open, readFile, rename, rm } from 'node:fs/promises'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import * as v from 'valibot'
import { toBase64url } from '../src/base/bytes.ts'
import { bytes, count } from '../src/sync/shapes.ts'
import { Failure } from './failure.ts'

const jwk = v.record(v.string(), v.unknown())

const sessionSchema = v.object({
  server: v.string(),
  issuer: v.string(),
  /** As what this program is known there. */
  clientId: v.optional(v.string(), 'desktop'),
  /** Whether the tokens are bound to the key below: somebody else's provider may not do that. */
  isBound: v.optional(v.boolean(), true),
  /** The private DPoP key: without it the tokens are of no use. */
  proofKey: jwk,
  deviceKey: jwk,
  /** What keys are wrapped for; made when it is first needed. */
  exchangeKey: v.optional(jwk),
  /** As the server knows this device: what a session is renewed by where the refresh token is no more. */
  device: v.optional(v.object({ id: v.string(), serverKey: v.string() })),
  /**
   * The last record that this device has sealed of each account: beside its key, so that who has lost the one has lost the other
   * (docs/decisions/100).
   */
  sealed: v.optional(v.array(v.object({ account: bytes, seq: count, hash: bytes })), []),
  /** Where the device log of an account stood when this device came into it (docs/decisions/122). */
  logs: v.optional(v.array(v.object({ account: bytes, length: count, head: bytes })), []),
  /** The keys of sync, of all epochs of the account. */
  sync: v.optional(v.object({ account: bytes, keys: v.array(v.object({ epoch: count, key: bytes })) })),
  access: v.string(),
  /** Milliseconds since 1970. */
  expiresAt: v.number(),
  /** Empty where the session was ended: the keys stay for the next sign-in. */
  refresh: v.string(),
  /** When the refresh token was first sent and no answer is known to have come; milliseconds since 1970. */
  refreshingSince: v.optional(v.number()),
})

export type Session = v.InferOutput<typeof sessionSchema>

export const folder = join(process.env.XDG_CONFIG_HOME || join(homedir(), '.config'), 'holdfast')
const file = join(folder, 'session.json')

/** The session that is kept here, or undefined. Throws UNREADABLE; the file is left as it is. */
export const readSession = async (): Promise<Session | undefined> => {
  try {
    return v.parse(sessionSchema, JSON.parse(await readFile(file, 'utf8')))
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && cause.code === 'ENOENT') return undefined
    throw new Failure('UNREADABLE')
  }
}

const asText = (_: string, value: unknown) => (value instanceof Uint8Array ? toBase64url(value) : value)

/** Written beside, on the disk, then put in place: whenever this is killed there is a whole session, the old or the new. */
export const writeSession = async (session: Session): Promise<void> => {
  await mkdir(folder, { recursive: true, mode: 0o700 })
  const beside = `${file}.new`
  await rm(beside, { force: true })
  const handle = await open(beside, 'wx', 0o600)
  try {
    await handle.writeFile(JSON.stringify(session, asText))
    await handle.sync()
  } finally {
    await handle.close()
  }
  await rename(beside, file)
  // The new name is on the disk, too: what comes next relies on it.
  const parent = await open(folder, 'r')
  await parent.sync().finally(() => parent.close())
}

/** Changes the session of this device, where it is still that. Answers whether it is. */
export const reviseSession = (
  { deviceKey }: Pick<Session, 'deviceKey'>,
  change: (session: Session) => Session,
): Promise<boolean> =>
  alone(async () => {
    const session = await readSession()
    if (session === undefined || session.deviceKey.x !== deviceKey.x) return false
    await writeSession(change(session))
    return true
  })

/** The session is over; keys and notes stay, so that the next sign-in is of the same device. */
export const endSession = (session: Session): Promise<void> =>
  writeSession({ ...session, access: '', refresh: '', expiresAt: 0, refreshingSince: undefined })

/** The token is not good any more, whatever it says. */
export const expireSession = (): Promise<void> =>
  alone(async () => {
    const session = await readSession().catch(() => undefined)
    if (session !== undefined) await writeSession({ ...session, expiresAt: 0 })
  })

export const isEnded = ({ refresh }: Session): boolean => refresh === ''

export const removeSession = (): Promise<void> => rm(file, { force: true })

/** How long another command is waited for, in milliseconds: longer than a request may take. */
const patience = 60_000

const take = (lock: DatabaseSync): void => {
  try {
    lock.exec('begin exclusive')
  } catch {
    throw new Failure('BUSY')
  }
}

/**
 * One command at a time, of those that take the same lock. It is the system's own, by way of SQLite, and so ends with a command that
 * is killed.
 */
export const alone = async <T>(work: () => Promise<T>, name = 'lock'): Promise<T> => {
  await mkdir(folder, { recursive: true, mode: 0o700 })
  const path = join(folder, name)
  closeSync(openSync(path, 'a', 0o600))
  const lock = new DatabaseSync(path, { timeout: patience })
  try {
    take(lock)
    return await work()
  } finally {
    lock.close()
  }
}
