import { randomBytes } from 'node:crypto'
import { registrationStatement, renewalStatement } from '../../src/protocol/device-statement.ts'
import type { Device } from '../store/devices.ts'
import type { Session } from '../store/sessions.ts'
import { newId, type Store } from '../store/store.ts'
import { isSigned } from './signature.ts'

/** A challenge is answered at once or never. */
const challengeLife = 60_000

export type Registration = {
  readonly publicKey: string
  readonly name: string | undefined
  readonly signature: string
}

export type Registered =
  | { readonly type: 'registered'; readonly device: Device }
  /** The signature is not of this key, or not for this session. */
  | { readonly type: 'wrong' }
  /** The key was another account's, or its device was removed: it takes a new one. */
  | { readonly type: 'used' }

export type Challenged =
  | { readonly type: 'challenge'; readonly challenge: string; readonly time: number; readonly expiresAt: number }
  | { readonly type: 'unknown' | 'ended' }
  /** When: milliseconds since 1970. */
  | { readonly type: 'removed'; readonly removedAt: number }

export type Answer = {
  readonly deviceId: string
  readonly challenge: string
  readonly signature: string
  readonly jkt: string
}

/** Makes a session for a client of ours, with a refresh token that is bound to a DPoP key. */
export type IssueSession = (whose: {
  readonly accountId: string
  readonly clientId: string
  readonly jkt: string
}) => Promise<{ readonly sessionId: string; readonly refreshToken: string }>

export type DevicesDeps = {
  readonly store: Store
  /** The server's identity, as devices sign it: the `x` of its key. */
  readonly serverKey: string
  /** Undefined where sessions are someone else's to give: a device that has run out signs in there again. */
  readonly issueSession: IssueSession | undefined
}

/** Devices and their keys: put on the list at the first sign-in, taken off it, and signed in again by their key. */
export const createDeviceService = ({ store, serverKey, issueSession }: DevicesDeps) => {
  const { devices, sessions, challenges } = store

  const stateOf = (device: Device | undefined): 'unknown' | 'removed' | 'ended' | 'good' => {
    if (device === undefined) return 'unknown'
    if (device.removedAt !== null) return 'removed'
    return device.revokedAt === null ? 'good' : 'ended'
  }

  /** The session that a device had before: it has another now. False where it has got yet another meanwhile. */
  const replaceSession = async (device: Device, sessionId: string): Promise<boolean> => {
    if (device.sessionId === sessionId) return true
    const replaced = await devices.setSession(device, sessionId)
    await sessions.retire(replaced ? device.sessionId : sessionId)
    return replaced
  }

  /** A session in place of the one that a device has, for who has shown that the device's key is theirs. */
  const giveSession = async (device: Device | undefined, jkt: string): Promise<string | undefined> => {
    if (issueSession === undefined || device === undefined || stateOf(device) !== 'good') return undefined
    const { accountId, clientId } = device
    const { sessionId, refreshToken } = await issueSession({ accountId, clientId, jkt })
    await sessions.succeed(device.sessionId, sessionId)
    return (await replaceSession(device, sessionId)) ? refreshToken : undefined
  }

  return {
    serverKey,
    /** Whether a device can renew what has run out by its key. */
    renews: issueSession !== undefined,

    /** Notes the key of the device that a session is on. The same key again is the same device. */
    async register(session: Session, jkt: string, asked: Registration): Promise<Registered> {
      const { publicKey, signature, name = session.deviceName } = asked
      if (!isSigned(publicKey, registrationStatement(publicKey, jkt), signature)) return { type: 'wrong' }
      const { accountId, id: sessionId, platform } = session
      const id = newId()
      const isNew = await devices.create(id, { accountId, sessionId, name, platform, publicKey })
      if (isNew) await sessions.audit('device.added', accountId, sessionId)
      const device = await devices.findByKey(publicKey)
      if (device === undefined || device.accountId !== accountId || device.removedAt !== null) return { type: 'used' }
      await replaceSession(device, sessionId)
      return { type: 'registered', device }
    },

    /** The device of this id, where it belongs to the account. */
    async find(accountId: string, id: string): Promise<Device | undefined> {
      const device = await devices.find(id)
      return device?.accountId === accountId && device.removedAt === null ? device : undefined
    },

    /** Takes a device off the account: its session, its tokens and its key are of no more use. */
    async remove(device: Device): Promise<void> {
      await devices.remove(device.id)
      await sessions.signOut(device.sessionId)
      await sessions.audit('device.removed', device.accountId, device.sessionId)
    },

    async challenge(deviceId: string): Promise<Challenged> {
      const device = await devices.find(deviceId)
      const state = stateOf(device)
      if (state === 'removed') return { type: state, removedAt: device?.removedAt ?? Date.now() }
      if (state !== 'good') return { type: state }
      const challenge = randomBytes(32).toString('base64url')
      const time = Date.now()
      await challenges.put(challenge, deviceId, time)
      return { type: 'challenge', challenge, time, expiresAt: time + challengeLife }
    },

    /** A refresh token for a device that has answered its challenge: in time, once, with its own key. */
    async renew({ deviceId, challenge, signature, jkt }: Answer): Promise<string | undefined> {
      if (issueSession === undefined) return undefined
      const taken = await challenges.take(challenge)
      if (taken === undefined || taken.deviceId !== deviceId) return undefined
      if (Date.now() - taken.createdAt > challengeLife) return undefined
      const device = await devices.find(deviceId)
      if (device === undefined || stateOf(device) !== 'good') return undefined
      const statement = renewalStatement({ challenge, deviceId, serverKey, jkt, time: taken.createdAt })
      if (!isSigned(device.publicKey, statement, signature)) {
        await sessions.audit('device.refused', device.accountId, device.sessionId)
        return undefined
      }
      return giveSession(device, jkt)
    },

    giveSession,
  }
}

export type DeviceService = ReturnType<typeof createDeviceService>
