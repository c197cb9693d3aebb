import type { Backup, BackupPlace } from '../store/backups.ts'
import type { Store } from '../store/store.ts'

/** Bytes that are written at once. */
const partSize = 1024 * 1024
/** Of the beginning of a backup: what it is, its version, and the account (docs/sync.md, "Backup"). */
const magic = Buffer.from('holdfast backup\n\x01', 'latin1')
const accountSize = 32

/** The body ended before it should have, or nobody sends it any more. */
export class BrokenOff extends Error {
  override readonly name = 'BrokenOff'
}

/** Bytes as they come, in parts of one size; the last is shorter. Rejects with BrokenOff. */
async function* partsOfBody(body: ReadableStream<Uint8Array>, length: number | undefined): AsyncGenerator<Buffer> {
  let [waiting, size, total]: [Uint8Array[], number, number] = [[], 0, 0]
  const reader = body.getReader()
  try {
    for (;;) {
      const { done, value } = await reader.read().catch((cause: unknown) => {
        throw new BrokenOff('The body broke off.', { cause })
      })
      if (done) break
      waiting.push(value)
      size += value.length
      total += value.length
      if (size < partSize) continue
      const bytes = Buffer.concat(waiting)
      const whole = bytes.length - (bytes.length % partSize)
      for (let at = 0; at < whole; at += partSize) yield bytes.subarray(at, at + partSize)
      waiting = [bytes.subarray(whole)]
      size = bytes.length - whole
    }
    if (length !== undefined && total !== length) throw new BrokenOff('The body is not as long as it says.')
    if (size > 0) yield Buffer.concat(waiting)
  } finally {
    await reader.cancel().catch(() => undefined)
  }
}

/** Whether bytes begin as a backup of this account does. No more of it can be read here. */
const isBackupOf = (account: string | null, bytes: Buffer): boolean =>
  bytes.subarray(0, magic.length).equals(magic) &&
  bytes.subarray(magic.length, magic.length + accountSize).toString('base64url') === account

export type Upload = {
  readonly accountId: string
  readonly device: string
  readonly body: ReadableStream<Uint8Array>
  /** Bytes that are said to come. */
  readonly length: number | undefined
}

/**
 * Takes a backup as it comes, a part at a time. Only when it is whole it is there, and older ones go. Rejects with BrokenOff where it
 * does not become whole.
 */
export const takeBackup = async (
  store: Store,
  quota: number,
  { accountId, device, body, length }: Upload,
): Promise<Backup | 'wrong' | 'full'> => {
  if ((length ?? 0) > (await store.backups.room(accountId, quota))) return 'full'
  const { genesis } = await store.sync.state(accountId)
  const place: BackupPlace = { accountId, id: await store.backups.begin(accountId, device) }
  const take = async () => {
    let count = 0
    for await (const part of partsOfBody(body, length)) {
      if (count === 0 && !isBackupOf(genesis, part)) return 'wrong'
      if (!(await store.backups.add(place, count, part, quota))) return 'full'
      count += 1
    }
    return count === 0 ? 'wrong' : store.backups.finish(place, quota)
  }
  try {
    const taken = await take()
    if (taken === undefined) throw new BrokenOff('It took too long.')
    if (typeof taken === 'string') await store.backups.discard(place)
    return taken
  } catch (error) {
    // Where that fails, too, it is removed as abandoned.
    await store.backups.discard(place).catch(() => undefined)
    throw error
  }
}

/** The bytes of a backup, read as they are sent. Fails where it is replaced meanwhile. */
export const backupBody = (store: Store, accountId: string, { id, size }: Backup): ReadableStream<Uint8Array> => {
  let [next, sent] = [0, 0]
  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      if (sent >= size) return controller.close()
      const part = await store.backups.part({ accountId, id }, next)
      if (part === undefined) throw new Error('The backup was replaced while it was read.')
      controller.enqueue(part)
      next += 1
      sent += part.length
    },
  })
}
