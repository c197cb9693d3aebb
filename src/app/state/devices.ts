import { type ReadonlySignal, signal } from '@preact/signals'
import * as v from 'valibot'

const deviceSchema = v.object({
  id: v.string(),
  name: v.string(),
  platform: v.string(),
  lastSeenAt: v.pipe(
    v.string(),
    v.transform((text) => Date.parse(text)),
  ),
  isThis: v.boolean(),
})
const listSchema = v.object({ devices: v.array(deviceSchema) })

/** A device of the account, as the server lists it. */
export type Device = v.InferOutput<typeof deviceSchema>

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

/** `api`: the address of the server's API, asked by plain fetch; the worker adds what is needed. */
export const createDevices = (api: string): Devices => {
  const list = signal<DeviceList>({ status: 'loading' })
  const load = async (): Promise<void> => {
    try {
      const response = await fetch(`${api}/devices`, { cache: 'no-store' })
      const { devices } = v.parse(listSchema, await response.json())
      list.value = { status: 'ready', devices }
    } catch {
      list.value = { status: 'failed' }
    }
  }
  const change = async (id: string, init: RequestInit): Promise<boolean> => {
    const done = await fetch(`${api}/devices/${encodeURIComponent(id)}`, init).then(
      ({ ok }) => ok,
      () => false,
    )
    await load()
    return done
  }
  return {
    list,
    load,
    rename: (id, name) =>
      change(id, { method: 'PATCH', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ name }) }),
    remove: (id) => change(id, { method: 'DELETE' }),
  }
}
