import { open } from 'node:fs/promises'
import { fromBase64url } from '../../src/base/bytes.ts'
import { writeBackup } from '../../src/crypto/backup.ts'
import { epochOf } from '../../src/crypto/device-log.ts'
import { wrapEpochKey } from '../../src/crypto/epoch-key.ts'
import { noteName } from '../../src/notebook/item-name.ts'
import { Failure } from '../failure.ts'
import { sealedFiles } from '../notes/files.ts'
import type { Database } from './database.ts'
import { allNotes, wholeOf } from './items.ts'
import type { Replica } from './replica.ts'

const noteItems = (database: Database) =>
  database.together(() =>
    allNotes(database).flatMap(({ id }) => {
      const body = wholeOf(database, id)
      return body === undefined ? [] : [{ name: noteName(id), kind: 'changes' as const, body }]
    }),
  )

const write = async (path: string, parts: readonly Uint8Array[]): Promise<void> => {
  const file = await open(path, 'wx', 0o600).catch((cause: unknown) => {
    throw new Failure('FILE_UNREADABLE', { cause })
  })
  try {
    for (const part of parts) await file.write(part)
    await file.sync()
  } finally {
    await file.close()
  }
}

/** Writes everything into a new file that opens with the recovery words and nothing else (docs/sync.md). Answers what is in it. */
export const backUp = async (replica: Replica, path: string): Promise<{ notes: number; files: number }> => {
  await replica.exchange()
  const here = await replica.atRest()
  if (here === undefined) throw new Failure('NOT_SYNCED')
  const { log, keyring, memory } = here
  const key = replica.keys().get(epochOf(log))
  if (log.recovery === undefined || key === undefined) throw new Failure('NO_KIT')
  const [notes, files] = [noteItems(replica.database), await sealedFiles(replica)]
  const parts = await writeBackup({
    log,
    logEntries: memory.log,
    keyring,
    wrapped: await wrapEpochKey(log.account, epochOf(log), key, log.recovery),
    device: replica.self,
    heads: Object.entries(memory.devices).flatMap(([device, { seq, hash }]) => {
      const id = fromBase64url(device)
      return id === undefined || seq === 0 ? [] : [{ device: id, seq, hash }]
    }),
    time: Date.now(),
    items: [...notes, ...files.items],
    chunks: files.chunks,
  })
  await write(path, parts)
  return { notes: notes.length, files: files.items.length }
}
