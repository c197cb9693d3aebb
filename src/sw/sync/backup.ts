import { type Bytes, fromBase64url, toBase64url } from '../../base/bytes.ts'
import type { Clock } from '../../base/clock.ts'
import { type OpenedBackup, openBackup, writeBackup } from '../../crypto/backup.ts'
import { epochOf } from '../../crypto/device-log.ts'
import { wrapEpochKey } from '../../crypto/epoch-key.ts'
import { sha256 } from '../../crypto/primitives.ts'
import type { NotesDatabase } from '../../data/database.ts'
import { idIn, SETTINGS } from '../../notebook/item-name.ts'
import { HoldfastError } from '../../protocol/errors.ts'
import {
  BACKUP_CACHE,
  BACKUP_CHOSEN,
  BACKUP_MADE,
  type BackupFetched,
  type BackupMade,
  type BackupPreview,
  type BackupReply,
} from '../../protocol/sync-state.ts'
import { readServerLog } from '../../sync/account.ts'
import { readKit } from '../../sync/entering.ts'
import type { Identity } from '../../sync/keys.ts'
import { sameBytes } from '../../sync/wire/codec.ts'
import { SyncFault } from '../../sync/wire/faults.ts'
import { fileItems, restoreFile } from './files.ts'
import type { Held } from './held.ts'
import { noteItems, restoreNote } from './items.ts'
import type { Replica } from './replica.ts'
import { restoreSettings, settingsItems } from './settings.ts'
import { BACKUP_AT } from './store.ts'

/** The log with the recovery kit in it that a backup is for: as it was read last, or where that was before the kit, as it is now. */
const logOf = async (replica: Replica, held: Held, self: Identity) => {
  const here = await replica.atRest(self)
  const devices = here?.memory.devices ?? {}
  const kit = held.record()?.kit?.id ?? here?.log.recovery?.id
  const named = here?.log.recovery?.id
  if (here !== undefined && kit !== undefined && named !== undefined && sameBytes(kit, named)) {
    return { log: here.log, entries: here.memory.log, keyring: here.keyring, devices }
  }
  const server = await readServerLog(replica.logAtServer)
  if (server === undefined) throw new SyncFault('LOG_ROLLED_BACK')
  const keyring = await held.keyrings(self)(server.log, server.wraps)
  return { log: server.log, entries: server.entries, keyring, devices }
}

/** The file with everything in it. It opens with the words of the recovery kit; throws SYNC_OFF where there is none. */
const write = async (replica: Replica, held: Held, now: number, step: () => void): Promise<Blob> => {
  const self = await replica.identity()
  const { log, entries, keyring, devices } = await logOf(replica, held, self)
  const key = held.keys().get(epochOf(log))
  const { recovery } = log
  if (recovery === undefined || key === undefined) throw new HoldfastError('SYNC_OFF')
  const files = await fileItems(replica.database, keyring, epochOf(log), step)
  const parts = await writeBackup({
    log,
    logEntries: entries,
    keyring,
    wrapped: await wrapEpochKey(log.account, epochOf(log), key, recovery),
    device: self,
    heads: Object.entries(devices).flatMap(([device, { seq, hash }]) => {
      const id = fromBase64url(device)
      return id === undefined || seq === 0 ? [] : [{ device: id, seq, hash }]
    }),
    time: now,
    items: [...(await noteItems(replica.database, step)), ...(await settingsItems(replica.database)), ...files.items],
    chunks: files.chunks,
    step,
  })
  return new Blob([...parts])
}

const openChosen = async (words: string, step: () => void) => {
  const chosen = await (await caches.open(BACKUP_CACHE)).match(BACKUP_CHOSEN)
  if (chosen === undefined) throw new HoldfastError('BACKUP_DAMAGED')
  const read = await readKit(words)
  if (read.key === undefined) return { problem: read.problem }
  try {
    return { opened: await openBackup(new Uint8Array(await chosen.arrayBuffer()), read.key, step) }
  } catch (thrown) {
    if (!(thrown instanceof SyncFault)) throw thrown
    if (thrown.code === 'RECOVERY_WRONG_KEY') return { problem: { type: 'other' } as const }
    throw new HoldfastError(thrown.code === 'VERSION_NEWER' ? 'BACKUP_NEWER' : 'BACKUP_DAMAGED', { cause: thrown })
  }
}

/** What a backup brings: counted where `apply` is false, and taken in where it is true. Nothing that is here is removed. */
const takeIn = async (
  database: NotesDatabase,
  opened: OpenedBackup,
  apply: boolean,
  step: () => void,
): Promise<BackupPreview> => {
  let [notes, files, fresh] = [0, 0, 0]
  const chunks = new Map<string, Bytes>()
  for (const chunk of opened.chunks) chunks.set(toBase64url(await sha256(chunk)), chunk)
  for (const { name, kind, body } of opened.items) {
    step()
    const note = idIn('note', name)
    if (kind === 'changes' && note !== undefined) {
      notes += 1
      if (await restoreNote(database, note, body, apply, opened.time)) fresh += 1
    }
    if (kind === 'changes' && name === SETTINGS && apply) await restoreSettings(database, body)
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

/** `step` is told of each thing that is sealed, opened or taken in. */
export const createBackup = (replica: () => Replica, held: Held, clock: Clock, step: () => void) => {
  const open = async (words: string, apply: boolean): Promise<BackupReply> => {
    const { opened, problem = null } = await openChosen(words, step)
    if (opened === undefined) return { preview: null, problem }
    const preview = await takeIn(replica().database, opened, apply, step)
    if (apply) await (await caches.open(BACKUP_CACHE)).delete(BACKUP_CHOSEN)
    return { preview, problem: null }
  }
  return {
    async make(): Promise<BackupMade> {
      if (!held.isOn()) throw new HoldfastError('SYNC_OFF')
      const file = await write(replica(), held, clock(), step)
      await (await caches.open(BACKUP_CACHE)).put(BACKUP_MADE, new Response(file))
      const day = new Date(clock()).toISOString().slice(0, 10)
      return { name: `holdfast-${day}.backup`, size: file.size }
    },
    /** A backup at the server once a day, where there is a kit that opens it. What fails is tried again the day after. */
    async keepAtServer(): Promise<void> {
      if (!held.isOn() || held.kit() === 'none') return
      const here = replica()
      const tried = await here.time(BACKUP_AT)
      if (tried !== null && Math.abs(clock() - tried) < day) return
      await here.noteTime(BACKUP_AT)
      if ((await sizeOfFiles(here.database)) > largestAtServer) return
      await here.keepBackup(await write(here, held, clock(), step))
    },
    /** The newest backup of the server, put where a page puts a file that is to be opened. */
    async fetch(): Promise<BackupFetched> {
      const found = await replica().fetchBackup()
      if (found?.file.body == null) throw new HoldfastError('BACKUP_ABSENT')
      let size = 0
      const counting = new TransformStream<Uint8Array, Uint8Array>({
        transform(bytes, controller) {
          size += bytes.length
          step()
          controller.enqueue(bytes)
        },
      })
      const cache = await caches.open(BACKUP_CACHE)
      await cache.put(BACKUP_CHOSEN, new Response(found.file.body.pipeThrough(counting)))
      return { time: found.time, size }
    },
    open: (words: string) => open(words, false),
    apply: (words: string) => open(words, true),
  }
}
