import { countOf } from '../../src/sync/exchange.ts'
import type { Progress } from '../../src/sync/pages.ts'
import { Failure } from '../failure.ts'
import { readLine } from '../input.ts'
import type { Result } from '../result.ts'
import { backUp } from './backup.ts'
import { type Replica, withReplica } from './replica.ts'
import { unlock } from './unlock.ts'

/** For who looks at a terminal. */
const tell = ({ type, done, total }: Progress): void => {
  if (process.stderr.isTTY)
    process.stderr.write(`\r${type === 'sending' ? 'Sent' : 'Received'} ${done} of ${total}\u001b[K`)
}

const asideOf = async ({ store }: Replica) => {
  const all = Map.groupBy(await store.quarantined(), ({ code }) => code)
  const large = store.tooLarge()
  return [
    ...[...all].map(([code, records]) => ({ code: String(code), count: records.length })),
    ...(large === 0 ? [] : [{ code: 'NOTE_TOO_LARGE', count: large }]),
  ]
}

/** One exchange. What was wrong with what the server gave is named, and ends with status 1; the rest was taken in. */
const run = async (replica: Replica): Promise<Result> => {
  const { received, sent, missing } = await replica.exchange()
  if (process.stderr.isTTY) process.stderr.write('\r\u001b[K')
  const [aside, withheld] = [await asideOf(replica), countOf(missing)]
  const lines = [
    `Received ${received}, sent ${sent}.`,
    ...aside.map(({ code, count }) => `Kept aside, and not taken in: ${count} (${code})`),
    ...(withheld === 0 ? [] : [`Held back by the server: ${withheld} (RECORD_MISSING)`]),
  ]
  const failed = aside.length > 0 || withheld > 0
  return { json: { received, sent, aside, missing: withheld }, text: lines.join('\n'), failed }
}

export const sync = async (words: readonly string[]): Promise<Result> => {
  const [action, ...rest] = words
  if (rest.length > 0 || !['unlock', 'upload', undefined].includes(action)) throw new Failure('USAGE')
  if (action === 'unlock') {
    await unlock(await readLine('The twelve recovery words: '))
    return { json: { unlocked: true }, text: 'This machine has the keys now. Run: holdfast sync' }
  }
  return withReplica(async (replica) => {
    if (action === 'upload') await replica.uploadMine()
    return run(replica)
  }, tell)
}

export const backup = async (words: readonly string[]): Promise<Result> => {
  const [path, ...rest] = words
  if (path === undefined || rest.length > 0) throw new Failure('USAGE')
  const { notes, files } = await withReplica((replica) => backUp(replica, path))
  const text = `${notes} notes and ${files} files are in ${path}. It opens with the recovery words and nothing else.`
  return { json: { notes, files, path }, text }
}
