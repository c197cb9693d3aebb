import type { CustodyConfig } from './config.ts'

/** The line that the server writes into the worker script, from its own configuration: docs/architecture.md. */
const CONFIG = '__holdfast_config'

const take = (): CustodyConfig => {
  const config = Reflect.get(globalThis, CONFIG)
  Reflect.deleteProperty(globalThis, CONFIG)
  return config
}

/** Providers and resources as the server rendered them; `installCustody` checks every word of it. */
export const serverConfig = take()
