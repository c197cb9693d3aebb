import { connect } from '../../../../src/client/connect.ts'
import { HoldfastError } from '../../../../src/protocol/errors.ts'

const session = await connect({ script: '/sw.js' })

/** What the tests ask this page by. */
const conformance = {
  failed: '',
  state: () => session.state.value,
  signIn(provider: string, returnTo: string): void {
    this.failed = ''
    session.signIn({ provider, returnTo }).catch((error: unknown) => {
      this.failed = error instanceof HoldfastError ? error.code : String(error)
    })
  },
  signOut: (atProvider: boolean) => session.signOut({ atProvider }),
}

export type Conformance = typeof conformance

Object.assign(globalThis, { conformance })
