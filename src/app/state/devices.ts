import { type ReadonlySignal, signal } from '@preact/signals'
import type { ListedDevice, Session } from '../../kit/client.ts'

export type Device = ListedDevice

/** What the list came to the last time. */
export type DeviceList =
  | { readonly status: 'loading' }
  | { readonly status: 'ready'; readonly devices: readonly Device[] }
  | { readonly status: 'failed' }

export type Devices = {
  readonly list: ReadonlySignal<DeviceList>
  load(): Promise<void>
  /** Whether the server did it. Never rejects; the list is new afterwards. */
  rename(id: string, name: string): Promise<boolean>
  remove(id: string): Promise<boolean>
}

/** `session`: what this page has of the worker, which asks the server. */
export const createDevices = (session: () => Promise<Session>): Devices => {
  const list = signal<DeviceList>({ status: 'loading' })
  const take = async (asked: Promise<readonly Device[]>): Promise<boolean> => {
    try {
      list.value = { status: 'ready', devices: await asked }
      return true
    } catch {
      return false
    }
  }
  const load = async (): Promise<void> => {
    const loaded = await take((async () => (await session()).devices.list())())
    if (!loaded) list.value = { status: 'failed' }
  }
  const change = async (work: (devices: Session['devices']) => Promise<readonly Device[]>): Promise<boolean> => {
    const done = await take((async () => work((await session()).devices))())
    if (!done) await load()
    return done
  }
  return {
    list,
    load,
    rename: (id, name) => change((devices) => devices.rename(id, name)),
    remove: (id) => change((devices) => devices.remove(id)),
  }
}
