import type { EntityTable } from 'dexie'
import * as v from 'valibot'

/** What was chosen on this device, by name. Nothing secret. */
export type SettingsStore = {
  /** Undefined where it was never chosen, is not of this form, or cannot be read. */
  get<T>(name: string, schema: v.GenericSchema<unknown, T>): Promise<T | undefined>
  /** Never rejects: what cannot be kept is asked again the next time. */
  set(name: string, value: unknown): Promise<void>
}

export type StoredSetting = { readonly name: string; readonly value: unknown }

/** `database`: of a notebook, or beside the notebooks. */
export const settingsStore = (database: { readonly settings: EntityTable<StoredSetting, 'name'> }): SettingsStore => ({
  async get(name, schema) {
    try {
      const parsed = v.safeParse(schema, (await database.settings.get(name))?.value)
      return parsed.success ? parsed.output : undefined
    } catch {
      return undefined
    }
  },
  async set(name, value) {
    await database.settings.put({ name, value }).catch(() => undefined)
  },
})
