import { Secret } from '../base/secret.ts'
import { HoldfastError } from '../protocol/errors.ts'
import type { SecretInfo } from '../protocol/messages.ts'
import type { Resource } from '../session/resource.ts'
import type { Vault } from './vault.ts'

/** The secrets that a page has put: used by `api`, told to nobody. */
export type Secrets = {
  /** Takes up what the vault has, after the worker was started. */
  restore(): Promise<void>
  /** Rejects with SECRET_UNKNOWN where no resource of the configuration has a place for it. */
  put(name: string, value: string): Promise<void>
  remove(name: string): Promise<void>
  /** At sign-out: none is left. */
  clear(): Promise<void>
  list(): readonly SecretInfo[]
  /** For `api` alone. */
  use(name: string): Secret<string> | undefined
}

export const createSecrets = (vault: Vault, resources: readonly Resource[]): Secrets => {
  const names = [...new Set(resources.flatMap(({ secret }) => secret ?? []))]
  const known = new Map<string, Secret<string>>()
  const check = (name: string) => {
    if (!names.includes(name)) throw new HoldfastError('SECRET_UNKNOWN')
  }
  const drop = async (dropped: readonly string[]): Promise<void> => {
    for (const name of dropped) known.delete(name)
    await vault.commit(dropped.map((name) => ({ kind: 'secret', provider: name, value: undefined })))
  }
  return {
    async restore() {
      for (const name of names) {
        const found = await vault.read('secret', name)
        if (found.at === 'here') known.set(name, found.value.value)
      }
    },
    async put(name, value) {
      check(name)
      const secret = new Secret(value)
      await vault.commit([{ kind: 'secret', provider: name, value: { value: secret } }])
      known.set(name, secret)
    },
    async remove(name) {
      check(name)
      await drop([name])
    },
    clear: () => drop(names),
    list: () => names.map((name) => ({ name, set: known.has(name) })),
    use: (name) => known.get(name),
  }
}
