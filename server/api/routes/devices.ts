import * as v from 'valibot'
import type { DeviceService } from '../../devices/devices.ts'
import type { Device } from '../../store/devices.ts'
import type { Store } from '../../store/store.ts'
import { ApiError } from '../errors.ts'
import { forAnyone, forCaller, type Route } from '../route.ts'
import { bytes, id, idParams, iso, text, time } from '../shapes.ts'

const device = v.object({
  id: v.string(),
  name: v.string(),
  platform: v.string(),
  createdAt: time,
  lastSeenAt: time,
  isThis: v.boolean(),
  publicKey: bytes(32),
})

const shown = ({ id, name, platform, createdAt, lastSeenAt, sessionId, publicKey }: Device, ownSession: string) => ({
  id,
  name,
  platform,
  createdAt: iso(createdAt),
  lastSeenAt: iso(lastSeenAt),
  isThis: sessionId === ownSession,
  publicKey,
})

const deviceName = text(80)
/** Whoever guesses has to guess 256 bits; this only keeps the database from filling up. */
const perMinute = { burst: 30, interval: 2000, longest: 2000 }

const listRoutes = (store: Store, service: DeviceService): readonly Route[] => [
  forCaller(
    { method: 'GET', path: '/devices', summary: 'The trusted devices.', reply: v.object({ devices: v.array(device) }) },
    async ({ account, session }) => {
      const devices = await store.devices.list(account.id)
      return { devices: devices.map((one) => shown(one, session.id)) }
    },
  ),
  forCaller(
    {
      method: 'POST',
      path: '/devices',
      summary: 'Registers the key of this device. The signature is over the statement of docs/devices.md.',
      body: v.object({ publicKey: bytes(32), signature: bytes(64), name: v.optional(deviceName) }),
      reply: v.object({ device, serverKey: bytes(32) }),
      status: 201,
      errors: ['challenge_failed', 'key_in_use'],
      limit: perMinute,
    },
    async ({ session, jkt }, { body: { publicKey, signature, name } }) => {
      const outcome = await service.register(session, jkt, { publicKey, signature, name })
      if (outcome.type === 'wrong') throw new ApiError('challenge_failed')
      if (outcome.type === 'used') throw new ApiError('key_in_use')
      return { device: { ...shown(outcome.device, session.id), isThis: true }, serverKey: service.serverKey }
    },
  ),
  forCaller(
    {
      method: 'PATCH',
      path: '/devices/:id',
      summary: 'Renames a device.',
      params: idParams,
      body: v.object({ name: deviceName }),
      reply: v.object({ device }),
    },
    async ({ account, session }, { params, body: { name } }) => {
      const found = await service.find(account.id, params.id)
      if (found === undefined) throw new ApiError('not_found')
      await store.devices.rename(found.id, name)
      await store.sessions.audit('device.renamed', account.id, session.id)
      return { device: shown({ ...found, name }, session.id) }
    },
  ),
  forCaller(
    {
      method: 'DELETE',
      path: '/devices/:id',
      summary: 'Removes a device: its sessions, its tokens and its key are of no more use, within five seconds.',
      params: idParams,
      reply: v.object({ removed: v.literal(true) }),
    },
    async ({ account }, { params }) => {
      const found = await service.find(account.id, params.id)
      if (found === undefined) throw new ApiError('not_found')
      await service.remove(found)
      return { removed: true } as const
    },
  ),
]

const renewalRoutes = (service: DeviceService): readonly Route[] => [
  forAnyone(
    {
      method: 'POST',
      path: '/auth/challenge',
      summary: 'A challenge for a device whose refresh token has run out: one answer, within 60 seconds.',
      body: v.object({ deviceId: id }),
      reply: v.object({ challenge: bytes(32), time: v.number(), expiresAt: time }),
      errors: ['not_found', 'device_removed', 'session_revoked'],
      limit: perMinute,
    },
    async ({ body: { deviceId } }) => {
      const outcome = await service.challenge(deviceId)
      if (outcome.type === 'unknown') throw new ApiError('not_found')
      if (outcome.type === 'removed') {
        throw new ApiError('device_removed', { details: { removedAt: iso(outcome.removedAt) } })
      }
      if (outcome.type !== 'challenge') throw new ApiError('session_revoked')
      return { challenge: outcome.challenge, time: outcome.time, expiresAt: iso(outcome.expiresAt) }
    },
  ),
  forAnyone(
    {
      method: 'POST',
      path: '/auth/verify',
      summary:
        'Answers a challenge. What comes back goes to the token endpoint, with the DPoP key that was signed for.',
      body: v.object({ deviceId: id, challenge: bytes(32), signature: bytes(64), jkt: bytes(32) }),
      reply: v.object({ refreshToken: v.string() }),
      errors: ['challenge_failed'],
      limit: perMinute,
    },
    async ({ body }) => {
      const refreshToken = await service.renew(body)
      if (refreshToken === undefined) throw new ApiError('challenge_failed')
      return { refreshToken }
    },
  ),
]

export const deviceRoutes = (store: Store, service: DeviceService): readonly Route[] => [
  ...listRoutes(store, service),
  ...(service.renews ? renewalRoutes(service) : []),
]
