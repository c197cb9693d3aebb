import type { Bytes } from '../../base/bytes.ts'
import { HoldfastError } from '../../protocol/errors.ts'
import type { Chain } from '../../sync/ports.ts'
import { sameBytes } from '../../sync/wire/codec.ts'
import type { Vault } from '../vault.ts'

const none = { seq: 0, hash: new Uint8Array(32) }

/** The last record that this device has sealed, in the record of the vault that holds the key it was signed with. */
export const createChain = (vault: Vault, provider: string): Chain => {
  const isOf = (account: Bytes) => (one: { readonly account: Bytes }) => sameBytes(one.account, account)
  return {
    async end(account) {
      const found = await vault.read('device', provider)
      // Without the key nothing is signed either.
      if (found.at !== 'here') throw new HoldfastError('SYNC_UNAVAILABLE')
      return found.value.sealed.find(isOf(account)) ?? none
    },
    async advance(account, { seq, hash }) {
      const isNoted = await vault.reviseDevice(provider, (now) => {
        const others = now.sealed.filter((one) => !isOf(account)(one))
        return { ...now, sealed: [...others, { account, seq, hash }] }
      })
      if (!isNoted) throw new HoldfastError('SYNC_UNAVAILABLE')
    },
  }
}
