import * as v from 'valibot'
import { HoldfastError } from '../protocol/errors.ts'
import type { ListedDevice } from '../protocol/messages.ts'
import type { DeviceApi } from './device-api.ts'

const listSchema = v.object({
  devices: v.array(
    v.object({
      id: v.string(),
      name: v.string(),
      platform: v.string(),
      lastSeenAt: v.pipe(v.string(), v.transform(Date.parse), v.number()),
      isThis: v.boolean(),
    }),
  ),
})
const keysSchema = v.object({ devices: v.array(v.object({ id: v.string(), publicKey: v.string() })) })

export type DevicesReply = { readonly devices: readonly ListedDevice[] }

/** The devices of the account, asked for by the worker: pages of an extension cannot ask themselves. */
export const createDevicesList = (api: DeviceApi) => {
  const list = (): Promise<DevicesReply> => api.signed('GET', '/devices', listSchema)
  const change = async (method: string, id: string, body?: unknown): Promise<DevicesReply> => {
    try {
      await api.signed(method, `/devices/${encodeURIComponent(id)}`, v.unknown(), body)
    } catch (thrown) {
      if (thrown instanceof HoldfastError && thrown.code === 'PAIRING_UNKNOWN')
        throw new HoldfastError('DEVICES_REFUSED')
      throw thrown
    }
    return list()
  }
  return {
    list,
    rename: (id: string, name: string) => change('PATCH', id, { name }),
    remove: (id: string) => change('DELETE', id),
    /** The Ed25519 key of a device, base64url, or undefined where there is no such device. */
    async keyOf(id: string): Promise<string | undefined> {
      const { devices } = await api.signed('GET', '/devices', keysSchema)
      return devices.find((one) => one.id === id)?.publicKey
    },
    /** A small question: where the session was ended elsewhere, its answer ends it here. Never rejects. */
    check: () => api.signed('GET', '/auth/status', v.unknown()).catch(() => undefined),
  }
}
