import {
  BACKUP_CACHE,
  BACKUP_CHOSEN,
  BACKUP_MADE,
  type BackupPreview,
  type BackupReply,
  type ErrorCode,
  HoldfastError,
  type Session,
} from '../../kit/client.ts'
import { whileAwake } from './awake.ts'
import { codeOf } from './custody.ts'
import type { WordsOutcome } from './sync.ts'

/** A backup that was opened, or why it was not. */
export type Opened =
  | { readonly type: 'opened'; readonly preview: BackupPreview }
  | Exclude<WordsOutcome, { type: 'done' }>

export type Backup = {
  /** Makes one and answers it as a file, or why there is none. */
  make(): Promise<File | ErrorCode>
  /** Puts the file where the worker finds it. `full`: there is no room for it. */
  choose(file: Blob): Promise<'done' | 'full' | 'failed'>
  /** Has the newest one of the server put there. Answers when it came to the server, or why there is none. */
  fetch(): Promise<number | ErrorCode>
  /** What is in the chosen file; nothing is changed. */
  open(words: string): Promise<Opened>
  /** Adds what is in the chosen file to what is here. */
  apply(words: string): Promise<Opened>
  /** Forgets the chosen file. Never rejects. */
  forget(): Promise<void>
}

/** Where files pass between page and worker; a browser may refuse it. */
export type Hand = { open(name: string): Promise<Pick<Cache, 'match' | 'put' | 'delete'>> }

/** Who makes and opens them. */
export type BackupMaker = Pick<Session['sync'], 'backup' | 'fetchBackup' | 'openBackup' | 'applyBackup'>

const take = async (hand: Hand): Promise<Blob> => {
  const cache = await hand.open(BACKUP_CACHE)
  const made = await cache.match(BACKUP_MADE)
  if (made === undefined) throw new HoldfastError('INTERNAL')
  const file = await made.blob()
  await cache.delete(BACKUP_MADE)
  return file
}

const openedOf = async (work: Promise<BackupReply>): Promise<Opened> => {
  try {
    const { preview, problem } = await work
    if (problem !== null) return { type: 'wrong', problem }
    return preview === null ? { type: 'failed', code: 'INTERNAL' } : { type: 'opened', preview }
  } catch (thrown) {
    return { type: 'failed', code: codeOf(thrown) }
  }
}

export type BackupDeps = {
  readonly maker: () => Promise<BackupMaker>
  /** Lets the worker hear from the page. */
  poke(): void
  readonly hand: () => Hand
}

export const createBackup = ({ maker, poke, hand }: BackupDeps): Backup => {
  const ask = <T>(work: (sync: BackupMaker) => Promise<T>): Promise<T> =>
    whileAwake({ poke }, async () => work(await maker()))
  return {
    async make() {
      try {
        const { name } = await ask((sync) => sync.backup())
        return new File([await take(hand())], name, { type: 'application/octet-stream' })
      } catch (thrown) {
        return codeOf(thrown)
      }
    },
    async choose(file) {
      try {
        const cache = await hand().open(BACKUP_CACHE)
        await cache.put(BACKUP_CHOSEN, new Response(file))
        return 'done'
      } catch (thrown) {
        return thrown instanceof Error && thrown.name === 'QuotaExceededError' ? 'full' : 'failed'
      }
    },
    async fetch() {
      try {
        return (await ask((sync) => sync.fetchBackup())).time
      } catch (thrown) {
        return codeOf(thrown)
      }
    },
    open: (words) => openedOf(ask((sync) => sync.openBackup(words))),
    apply: (words) => openedOf(ask((sync) => sync.applyBackup(words))),
    async forget() {
      try {
        await (await hand().open(BACKUP_CACHE)).delete(BACKUP_CHOSEN)
      } catch {
        // What cannot be reached is taken by the next choice, or by the browser.
      }
    },
  }
}
