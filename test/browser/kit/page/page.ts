import { connect } from '../../../../src/client/connect.ts'
import { HoldfastError } from '../../../../src/protocol/errors.ts'

const session = await connect({ script: '/sw.js' })
const { secrets } = session

const codeOf = (error: unknown): string => (error instanceof HoldfastError ? error.code : String(error))

/** What the tests ask this page by. */
const kit = {
  state: () => session.state.value,
  signIn: (provider: string) => void session.signIn({ provider, returnTo: `/?back=${provider}` }),
  signOut: (provider?: string) => session.signOut(provider === undefined ? {} : { provider }),
  putSecret: (name: string, value: string) => secrets.put(name, value).catch(codeOf),
  removeSecret: (name: string) => secrets.remove(name).catch(codeOf),
  listSecrets: () => secrets.list(),
}

export type Kit = typeof kit

Object.assign(globalThis, { kit })
