import { anchorOf, type LogAnchor } from '../../src/crypto/device-log.ts'
import { neverRead, readServerLog } from '../../src/sync/account.ts'
import { admitPaired, enterByKit, type PairedDevice, readKit } from '../../src/sync/entering.ts'
import { Failure } from '../failure.ts'
import { freshSession } from '../fresh-session.ts'
import { alone, readSession, type Session } from '../session-file.ts'
import { identityOf, keepKeys, keysOf, noteAnchor } from './identity.ts'
import { withNotes } from './replica.ts'
import { createTransport } from './server.ts'
import { createSyncStore } from './store.ts'

const failureOf = (problem: {
  readonly type: string
  readonly words?: readonly { readonly at: number }[]
}): Failure => {
  if (problem.type === 'count') return new Failure('WORDS_COUNT')
  if (problem.type === 'checksum') return new Failure('WORDS_CHECKSUM')
  // Where they are, and not what they are: what is typed here is kept nowhere.
  return new Failure('WORDS_UNKNOWN', { about: problem.words?.map(({ at }) => at).join(', ') })
}

/** Lets this device in by the words of recovery. */
export const unlock = (words: string): Promise<void> =>
  alone(async () => {
    const read = await readKit(words)
    if (read.key === undefined) throw failureOf(read.problem)
    const session = await freshSession()
    const [log, self] = [neverRead(createTransport(session)), await identityOf(session)]
    const entered = await enterByKit(log, self, read.key, Date.now())
    if (entered === undefined) throw new Failure((await readServerLog(log)) === undefined ? 'SYNC_OFF' : 'WORDS_OTHER')
    await noteAnchor(session, anchorOf(entered.server.log))
    await keepKeys(session, entered.server.log.account, entered.keys)
  }, 'sync-lock')

/**
 * Lets a device in that this one has paired with, where this one has keys: it gets them with the entry of the log. Answers where the
 * log stands then.
 */
export const admit = async (session: Session, device: PairedDevice): Promise<LogAnchor | undefined> => {
  const now = (await readSession()) ?? session
  if (now.sync === undefined) return undefined
  const { account } = now.sync
  const entries = await withNotes(async (database) => (await createSyncStore(database, Date.now).read())?.log ?? [])
  const log = { ...neverRead(createTransport(session)), known: async () => ({ account, entries }) }
  return admitPaired(log, keysOf(now), await identityOf(session), device, Date.now())
}
