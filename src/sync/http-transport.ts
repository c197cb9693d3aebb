import * as v from 'valibot'
import { type Bytes, toBase64url } from '../base/bytes.ts'
import { type SyncTransport, TransportError, type TransportProblem, type WrappedKey } from './ports.ts'
import { bytes, count } from './shapes.ts'

/** Asks the API with credentials: the path is below `/api/v1`. Rejects where the network does not answer. */
export type Ask = (path: string, init: { method: string; body?: string | Bytes }) => Promise<Response>

const head = v.object({ device: bytes, seq: count, hash: bytes })

const logSchema = v.object({
  entries: v.array(bytes),
  wraps: v.array(v.object({ epoch: count, recipient: bytes, wrapped: bytes })),
})
const pageSchema = v.object({
  records: v.array(v.object({ position: count, record: bytes })),
  position: count,
  isLast: v.boolean(),
  heads: v.array(head),
})
const postedSchema = v.object({ position: count })
const chunksSchema = v.object({ chunks: v.array(bytes) })
const backupsSchema = v.object({
  backups: v.array(
    v.pipe(
      v.object({ id: v.string(), createdAt: v.pipe(v.string(), v.isoTimestamp()) }),
      v.transform(({ id, createdAt }) => ({ id, time: Date.parse(createdAt) })),
    ),
  ),
})
const errorSchema = v.object({
  error: v.object({ code: v.string(), details: v.optional(v.looseObject({ head: v.optional(head) })) }),
})

/** Milliseconds of a `Retry-After` in seconds; RFC 9110 §10.2.3. */
const retryAfterOf = (response: Response): { readonly retryAfter?: number } => {
  const seconds = Number(response.headers.get('retry-after') ?? Number.NaN)
  return Number.isFinite(seconds) && seconds > 0 ? { retryAfter: seconds * 1000 } : {}
}

const problemOf = async (response: Response): Promise<TransportProblem> => {
  const { status } = response
  if (status === 429 || status >= 500) return { type: 'unavailable', ...retryAfterOf(response) }
  const told = v.safeParse(errorSchema, await response.json().catch(() => undefined))
  const error = told.success ? told.output.error : undefined
  if (status === 401 || error?.code === 'session_revoked') return { type: 'signed-out' }
  if (error?.code === 'device_removed' || error?.code === 'device_key_required') return { type: 'removed' }
  if (error?.code === 'quota_exceeded') return { type: 'full' }
  if (error?.code === 'sync_conflict') {
    return { type: 'conflict', ...(error.details?.head === undefined ? {} : { head: error.details.head }) }
  }
  // What is no JSON of ours is of somebody in between, such as the page of a hotel.
  return told.success ? { type: 'refused' } : { type: 'unavailable' }
}

const json = async <T>(response: Response, schema: v.GenericSchema<unknown, T>): Promise<T> => {
  const parsed = v.safeParse(schema, await response.json().catch(() => undefined))
  // A page that is answered with 200 is of somebody in between.
  if (!parsed.success) throw new TransportError({ type: 'unavailable' })
  return parsed.output
}

/** Undefined where the server has no such thing. */
const orNothing = async <T>(work: Promise<T>): Promise<T | undefined> => {
  try {
    return await work
  } catch (error) {
    if (error instanceof TransportError && error.problem.type === 'refused') return undefined
    throw error
  }
}

const call = async (ask: Ask, path: string, init: Parameters<Ask>[1]): Promise<Response> => {
  const response = await ask(path, init).catch((cause: unknown) => {
    throw new TransportError({ type: 'unavailable' }, { cause })
  })
  if (!response.ok) throw new TransportError(await problemOf(response))
  return response
}

export type HttpTransport = SyncTransport & {
  addToLog(entry: Bytes, wraps: readonly WrappedKey[]): Promise<void>
  /** No device has this file any more. */
  removeChunks(item: Bytes): Promise<void>
  /** The backups that the server keeps, the newest first; `time` in milliseconds since 1970. */
  backups(): Promise<readonly { readonly id: string; readonly time: number }[]>
  /** One of them, as it comes. */
  backup(id: string): Promise<Response>
}

/** The transport over the API of the server (docs/sync.md, "Transport"), with what the device log is written through. */
export const createHttpTransport = (ask: Ask): HttpTransport => {
  const get = async <T>(path: string, schema: v.GenericSchema<unknown, T>): Promise<T> =>
    json(await call(ask, path, { method: 'GET' }), schema)
  const post = (path: string, body: unknown): Promise<Response> =>
    call(ask, path, { method: 'POST', body: JSON.stringify(body) })
  const blob = (item: Bytes, hash: Bytes): string => `/blobs/${toBase64url(item)}/${toBase64url(hash)}`

  return {
    log: (after) => get(`/sync/log?after=${after}`, logSchema),
    async addToLog(entry, wraps) {
      const text = wraps.map(({ epoch, recipient, wrapped }) => ({
        epoch,
        recipient: toBase64url(recipient),
        wrapped: toBase64url(wrapped),
      }))
      await post('/sync/log', { entry: toBase64url(entry), wraps: text })
    },
    records: (after, limit) => get(`/sync/records?after=${after}&limit=${limit}`, pageSchema),
    async post(records) {
      return json(await post('/sync/records', { records: records.map(toBase64url) }), postedSchema)
    },
    async compact(checkpoint, superseded) {
      await post('/sync/compact', { checkpoint, superseded })
    },
    async chunks(item) {
      return (await orNothing(get(`/blobs/${toBase64url(item)}`, chunksSchema)))?.chunks ?? []
    },
    async putChunk(item, hash, chunk) {
      await call(ask, blob(item, hash), { method: 'PUT', body: chunk })
    },
    async removeChunks(item) {
      await orNothing(call(ask, `/blobs/${toBase64url(item)}`, { method: 'DELETE' }))
    },
    backups: async () => (await get('/sync/backup/about', backupsSchema)).backups,
    backup: (id) => call(ask, `/sync/backup?id=${encodeURIComponent(id)}`, { method: 'GET' }),
    async getChunk(item, hash) {
      return new Uint8Array(await (await call(ask, blob(item, hash), { method: 'GET' })).arrayBuffer())
    },
  }
}
