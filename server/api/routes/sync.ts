import * as v from 'valibot'
import type { Range } from '../../../src/sync/wire/content.ts'
import { decodeLogEntry, largestLogEntry } from '../../../src/sync/wire/log-entry.ts'
import { largestRecord } from '../../../src/sync/wire/record.ts'
import type { Store } from '../../store/store.ts'
import type { SyncStreams } from '../../sync/streams.ts'
import type { Outcome, SyncService } from '../../sync/sync.ts'
import { ApiError, type ApiErrorCode } from '../errors.ts'
import { file, forCaller, type Route } from '../route.ts'
import { bytes } from '../shapes.ts'
import { needRecentSignIn } from './account.ts'

/** Base64url of so many bytes at most. */
const sealed = (most: number) =>
  v.pipe(v.string(), v.regex(/^[\w-]+$/), v.maxLength(Math.ceil((most * 4) / 3)), v.description('Bytes, base64url.'))

const count = v.pipe(v.number(), v.safeInteger(), v.minValue(0))
const whole = v.pipe(v.string(), v.regex(/^\d{1,15}$/), v.transform(Number))
const wrap = v.object({ recipient: bytes(16), epoch: v.pipe(count, v.maxValue(2 ** 31 - 1)), wrapped: bytes(80) })
const head = v.object({ device: bytes(16), seq: count, hash: bytes(32) })
const range = v.pipe(v.array(count), v.length(2))

const mostRecords = 500
/** Of one answer, so that it stays quick. */
const mostBytes = 2 * 1024 * 1024

const codes = {
  wrong: 'sync_refused',
  conflict: 'sync_conflict',
  full: 'quota_exceeded',
  'no-device': 'device_key_required',
} as const satisfies Record<string, ApiErrorCode>

const errors = Object.values(codes)

const doneOf = <T>(outcome: Outcome<T>): T => {
  if ('done' in outcome) return outcome.done
  const { refused, head } = outcome
  throw new ApiError(codes[refused], head === undefined ? {} : { details: { head } })
}

/** Whether an entry of the device log names a recovery key: whoever has that has everything. */
const namesKit = (entry: string): boolean => {
  try {
    return decodeLogEntry(Buffer.from(entry, 'base64url')).entry.action.type === 'recovery'
  } catch {
    return false
  }
}

const logRoutes = (store: Store, service: SyncService): readonly Route[] => [
  forCaller(
    {
      method: 'GET',
      path: '/sync/log',
      summary: 'The device log after so many entries, and the keys that are wrapped for its devices.',
      query: v.object({ after: v.optional(whole, '0') }),
      reply: v.object({ entries: v.array(v.string()), wraps: v.array(wrap) }),
    },
    async ({ account }, { query: { after } }) => ({
      entries: await store.sync.log(account.id, after),
      wraps: await store.sync.wraps(account.id),
    }),
  ),
  forCaller(
    {
      method: 'POST',
      path: '/sync/log',
      summary: 'Adds an entry to the device log, with the keys that it makes necessary.',
      body: v.object({
        entry: sealed(largestLogEntry),
        wraps: v.optional(v.pipe(v.array(wrap), v.maxLength(1000)), []),
      }),
      reply: v.object({ logLength: count }),
      status: 201,
      errors: [...errors, 'recent_sign_in_required'],
    },
    async (caller, { body: { entry, wraps } }) => {
      if (namesKit(entry)) needRecentSignIn(caller)
      return doneOf(await service.append(caller.account.id, entry, wraps))
    },
  ),
]

const recordRoutes = (store: Store, service: SyncService): readonly Route[] => [
  forCaller(
    {
      method: 'POST',
      path: '/sync/records',
      summary: 'Sends records of this device, all or none. The same ones again have one effect and the same answer.',
      body: v.object({ records: v.pipe(v.array(sealed(largestRecord)), v.minLength(1), v.maxLength(mostRecords)) }),
      reply: v.object({ positions: v.array(v.nullable(count)), position: count }),
      errors,
      // One record of the largest, as text.
      longest: 2 * largestRecord,
    },
    async ({ account, session }, { body: { records } }) => {
      const { positions, position } = doneOf(await service.post(account.id, session, records))
      return { positions: [...positions], position }
    },
  ),
  forCaller(
    {
      method: 'GET',
      path: '/sync/records',
      summary: 'Records after a position, in order, and the position of the last one that there is.',
      query: v.object({ after: v.optional(whole, '0'), limit: v.optional(whole, '200') }),
      reply: v.object({
        records: v.array(v.object({ position: count, record: v.string() })),
        position: count,
        isLast: v.boolean(),
        heads: v.array(head),
      }),
    },
    async ({ account }, { query: { after, limit } }) => {
      // The state first: what comes in between is in a later answer, and not in this one. A device takes a record beyond the
      // position that is told for a lie.
      const { position } = await store.sync.state(account.id)
      const heads = await store.sync.heads(account.id)
      const most = Math.min(mostRecords, Math.max(1, limit))
      const { records, isLast } = await store.sync.records(account.id, [after, position], most, mostBytes)
      return { records: [...records], position, isLast, heads }
    },
  ),
  forCaller(
    {
      method: 'POST',
      path: '/sync/compact',
      summary: 'Removes records of this device that a checkpoint of it says are superseded.',
      body: v.object({ checkpoint: count, superseded: v.pipe(v.array(range), v.maxLength(20_000)) }),
      reply: v.object({ removed: count }),
      errors,
    },
    async ({ account, session }, { body: { checkpoint, superseded } }) => {
      const ranges = superseded.map(([first = 0, last = 0]): Range => [first, last])
      return doneOf(await service.compact(account.id, session, checkpoint, ranges))
    },
  ),
]

export const syncRoutes = (store: Store, service: SyncService, streams: SyncStreams): readonly Route[] => [
  forCaller(
    {
      method: 'GET',
      path: '/sync',
      summary: 'How much there is, and how much room.',
      reply: v.object({
        account: v.nullable(bytes(32)),
        position: count,
        logLength: count,
        bytes: count,
        quota: count,
      }),
    },
    async ({ account }) => {
      const { genesis, ...rest } = await store.sync.state(account.id)
      return { account: genesis, ...rest, quota: service.quota }
    },
  ),
  ...logRoutes(store, service),
  ...recordRoutes(store, service),
  forCaller(
    {
      method: 'GET',
      path: '/sync/events',
      summary: 'A stream of events: `{ "position", "logLength" }`, now and whenever there is more.',
      reply: file,
      errors: ['too_many_requests'],
    },
    async ({ session }, { request }) => {
      if (request.method === 'HEAD') return new Response(null, { headers: { 'content-type': 'text/event-stream' } })
      const response = streams.open(session)
      if (response === undefined) throw new ApiError('too_many_requests', { headers: { 'retry-after': '30' } })
      return response
    },
  ),
]
