import * as v from 'valibot'
import type { Backup } from '../../store/backups.ts'
import type { Store } from '../../store/store.ts'
import { BrokenOff, backupBody, takeBackup } from '../../sync/backups.ts'
import { syncDeviceId } from '../../sync/log-check.ts'
import type { Caller } from '../credentials.ts'
import { ApiError, type ApiErrorCode } from '../errors.ts'
import { file, forCaller, type Route } from '../route.ts'
import { bytes, id, iso, time } from '../shapes.ts'

const count = v.pipe(v.number(), v.safeInteger(), v.minValue(0))
const backup = v.object({ id, size: count, createdAt: time, device: bytes(16) })
const shown = ({ id, size, createdAt, device }: Backup) => ({ id, size, createdAt: iso(createdAt), device })

/** What is left of the body is not read, so the connection is of no more use. */
const refusal = (code: ApiErrorCode): ApiError => new ApiError(code, { headers: { connection: 'close' } })

const lengthOf = (request: Request): number | undefined => {
  const length = request.headers.get('content-length')
  return length === null ? undefined : Number(length)
}

const deviceOf = async (store: Store, { session }: Caller): Promise<string> => {
  const device = await store.devices.findBySession(session.id)
  if (device === undefined) throw refusal('device_key_required')
  return syncDeviceId(Buffer.from(device.publicKey, 'base64url'))
}

const upload = (store: Store, quota: number): Route =>
  forCaller(
    {
      method: 'PUT',
      path: '/sync/backup',
      summary:
        'Keeps a backup that a device made of the account: the body is the file. When it is whole it is the newest, and three are kept.',
      hasBytes: 'as they come',
      reply: backup,
      status: 201,
      errors: ['bad_request', 'device_key_required', 'sync_refused', 'quota_exceeded'],
      limit: { burst: 10, interval: 60_000, longest: 600_000 },
    },
    async (caller, { request }) => {
      const { account } = caller
      const device = await deviceOf(store, caller)
      const body = request.body ?? new Blob([]).stream()
      const taken = await takeBackup(store, quota, {
        ...{ accountId: account.id, device, body },
        length: lengthOf(request),
      }).catch((error: unknown) => {
        throw error instanceof BrokenOff ? refusal('bad_request') : error
      })
      if (taken === 'wrong') throw refusal('sync_refused')
      if (taken === 'full') throw refusal('quota_exceeded')
      return shown(taken)
    },
  )

/** Backups of a notebook, sealed by its devices, for the day on which none of them is left. */
export const backupRoutes = (store: Store, quota: number): readonly Route[] => [
  upload(store, quota),
  forCaller(
    {
      method: 'GET',
      path: '/sync/backup',
      summary: 'The newest backup, or the one of this id: the file as it came.',
      query: v.object({ id: v.optional(id) }),
      reply: file,
      errors: ['not_found'],
    },
    async ({ account }, { query }) => {
      const all = await store.backups.list(account.id)
      const found = query.id === undefined ? all[0] : all.find((one) => one.id === query.id)
      if (found === undefined) throw new ApiError('not_found')
      const headers = { 'content-type': 'application/octet-stream', 'content-length': String(found.size) }
      return new Response(backupBody(store, account.id, found), { headers })
    },
  ),
  forCaller(
    {
      method: 'DELETE',
      path: '/sync/backup',
      summary: 'Removes all backups of the account that are here, and makes their room free.',
      reply: v.object({ removed: count }),
    },
    async ({ account }) => ({ removed: await store.backups.removeAll(account.id) }),
  ),
  forCaller(
    {
      method: 'GET',
      path: '/sync/backup/about',
      summary: 'The backups that are kept, the newest first.',
      reply: v.object({ backups: v.array(backup) }),
    },
    async ({ account }) => ({ backups: (await store.backups.list(account.id)).map(shown) }),
  ),
]
