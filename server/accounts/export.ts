import type { Account } from '../store/accounts.ts'
import type { Store } from '../store/store.ts'
import { exportOf } from './profile.ts'

// What sync holds may be larger than the memory of a process: it is written as it is read, a page at a time.

const most = 200
const bytesInPage = 1024 * 1024

async function* recordsOf({ sync }: Store, accountId: string): AsyncGenerator<unknown> {
  const { position } = await sync.state(accountId)
  for (let after = 0; ; ) {
    const { records } = await sync.records(accountId, [after, position], most, bytesInPage)
    yield* records
    const last = records.at(-1)
    if (last === undefined) return
    after = last.position
  }
}

async function* chunksOf({ blobs }: Store, accountId: string): AsyncGenerator<unknown> {
  for (const { blob, deletedAt } of await blobs.all(accountId)) {
    for (const { chunk } of await blobs.chunks(accountId, blob)) {
      const bytes = await blobs.find(accountId, blob, chunk)
      if (bytes !== undefined) yield { blob, deletedAt, chunk, bytes: bytes.toString('base64url') }
    }
  }
}

async function* backupPartsOf({ backups }: Store, accountId: string): AsyncGenerator<unknown> {
  for (const { id } of await backups.list(accountId)) {
    for (let part = 0; ; part += 1) {
      const bytes = await backups.part({ accountId, id }, part)
      if (bytes === undefined) break
      yield { backup: id, part, bytes: bytes.toString('base64url') }
    }
  }
}

async function* listOf(name: string, items: AsyncIterable<unknown>): AsyncGenerator<string> {
  yield `,${JSON.stringify(name)}:[`
  let separator = ''
  for await (const item of items) {
    yield separator + JSON.stringify(item)
    separator = ','
  }
  yield ']'
}

/** An object in JSON without the brace that ends it. */
const open = (value: object): string => JSON.stringify(value).slice(0, -1)

async function* textOf(store: Store, account: Account): AsyncGenerator<string> {
  const { id } = account
  const [state, log, wraps, heads, backups] = await Promise.all([
    store.sync.state(id),
    store.sync.log(id, 0),
    store.sync.wraps(id),
    store.sync.heads(id),
    store.backups.list(id),
  ])
  yield `${open({ exportedAt: new Date().toISOString() })},"account":${open(await exportOf(store, account))}`
  yield `,"sync":${open({ ...state, log, wraps, heads, backups })}`
  yield* listOf('records', recordsOf(store, id))
  yield* listOf('chunks', chunksOf(store, id))
  yield* listOf('backupParts', backupPartsOf(store, id))
  yield '}}}'
}

/** Everything that is held of an account as one JSON object, written as it is read: `exportedAt` and `account`. */
export const exportStream = (store: Store, account: Account): ReadableStream<Uint8Array> =>
  ReadableStream.from(textOf(store, account)).pipeThrough(new TextEncoderStream())
