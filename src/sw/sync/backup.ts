import { type Bytes, fromBase64url, toBase64url } from '../../base/bytes.ts'
import type { Clock } from '../../base/clock.ts'
import { type OpenedBackup, openBackup, writeBackup } from '../../crypto/backup.ts'
import { epochOf } from '../../crypto/device-log.ts'
import { wrapEpochKey } from '../../crypto/epoch-key.ts'
import { sha256 } from '../../crypto/primitives.ts'
import { idIn } from '../../data/changed.ts'
import type { NotesDatabase } from '../../data/database.ts'
import { HoldfastError } from '../../protocol/errors.ts'
import {
  BACKUP_CACHE,
  BACKUP_CHOSEN,
  BACKUP_MADE,
  type BackupMade,
  type BackupPreview,
  type BackupReply,
} from '../../protocol/sync-state.ts'
import { SyncFault } from '../../sync/wire/faults.ts'
import { fileItems, restoreFile } from './files.ts'
import type { Held } from './held.ts'
import { noteItems, restoreNote } from './items.ts'
import { readKit } from './membership.ts'
import type { Replica } from './replica.ts'
import { BACKUP_AT } from './store.ts'

/** The file with everything in it. It opens with the words of the recovery kit; throws SYNC_OFF where there is none. */
const write = async (replica: Replica, held: Held, now: number): Promise<Blob> => {
  const self = await replica.identity()
  const here = await replica.atRest(self)
  const key = held.keys().get(here === undefined ? 0 : epochOf(here.log))
  const recovery = here?.log.recovery
  if (here === undefined || recovery === undefined || key === undefined) throw new HoldfastError('SYNC_OFF')
  const { log, keyring, memory } = here
  const files = await fileItems(replica.database, keyring, epochOf(log))
  const parts = await writeBackup({
    log,
    logEntries: memory.log,
    keyring,
    wrapped: await wrapEpochKey(log.account, epochOf(log), key, recovery),
    device: self,
    heads: Object.entries(memory.devices).flatMap(([device, { seq, hash }]) => {
      const id = fromBase64url(device)
      return id === undefined || seq === 0 ? [] : [{ device: id, seq, hash }]
    }),
    time: now,
    items: [...(await noteItems(replica.database)), ...files.items],
    chunks: files.chunks,
  })
  return new Blob([...parts])
}

const openChosen = async (words: string) => {
  const chosen = await (await caches.open(BACKUP_CACHE)).match(BACKUP_CHOSEN)
  if (chosen === undefined) throw new HoldfastError('BACKUP_DAMAGED')
  const read = await readKit(words)
  if (read.key === undefined) return { problem: read.problem }
  try {
    return { opened: await openBackup(new Uint8Array(await chosen.arrayBuffer()), read.key) }
  } catch (thrown) {
    if (!(thrown instanceof SyncFault)) throw thrown
    if (thrown.code === 'RECOVERY_WRONG_KEY') return { problem: { type: 'other' } as const }
    throw new HoldfastError(thrown.code === 'VERSION_NEWER' ? 'BACKUP_NEWER' : 'BACKUP_DAMAGED', { cause: thrown })
  }
}

/** What a backup brings: counted where `apply` is false, and taken in where it is true. Nothing that is here is removed. */
const takeIn = async (database: NotesDatabase, opened: OpenedBackup, apply: boolean): Promise<BackupPreview> => {
  let [notes, files, fresh] = [0, 0, 0]
  const chunks = new Map<string, Bytes>()
  for (const chunk of opened.chunks) chunks.set(toBase64url(await sha256(chunk)), chunk)
  for (const { name, kind, body } of opened.items) {
    const note = idIn('note', name)
    if (kind === 'changes' && note !== undefined) {
      notes += 1
      if (await restoreNote(database, note, body, apply, opened.time)) fresh += 1
    }
    if (kind === 'file' && idIn('file', name) !== undefined) {
      files += 1
      if (apply) await restoreFile(database, opened.keyring, name, body, chunks)
    }
  }
  return { notes, files, fresh, time: opened.time }
}

const day = 24 * 60 * 60 * 1000
/** Bytes of files beyond which a backup is made by a person alone: it is put together in memory. */
const largestAtServer = 128 * 1024 * 1024

const sizeOfFiles = async ({ attachments }: NotesDatabase): Promise<number> =>
  (await attachments.toArray()).reduce((sum, { size }) => sum + size, 0)

export const createBackup = (replica: Replica, held: Held, clock: Clock) => {
  const open = async (words: string, apply: boolean): Promise<BackupReply> => {
    const { opened, problem = null } = await openChosen(words)
    if (opened === undefined) return { preview: null, problem }
    const preview = await takeIn(replica.database, opened, apply)
    if (apply) await (await caches.open(BACKUP_CACHE)).delete(BACKUP_CHOSEN)
    return { preview, problem: null }
  }
  return {
    async make(): Promise<BackupMade> {
      if (!held.isOn()) throw new HoldfastError('SYNC_OFF')
      const file = await write(replica, held, clock())
      await (await caches.open(BACKUP_CACHE)).put(BACKUP_MADE, new Response(file))
      const day = new Date(clock()).toISOString().slice(0, 10)
      return { name: `holdfast-${day}.backup`, size: file.size }
    },
    /** A backup at the server once a day, where there is a kit that opens it. What fails is tried again the day after. */
    async keepAtServer(): Promise<void> {
      if (!held.isOn() || held.kit() === 'none') return
      const tried = await replica.time(BACKUP_AT)
      if (tried !== null && Math.abs(clock() - tried) < day) return
      await replica.noteTime(BACKUP_AT)
      if ((await sizeOfFiles(replica.database)) > largestAtServer) return
      await replica.keepBackup(await write(replica, held, clock()))
    },
    open: (words: string) => open(words, false),
    apply: (words: string) => open(words, true),
  }
}
