import type { Bytes } from '../../base/bytes.ts'
import type { LogAnchor } from '../../crypto/device-log.ts'
import { HoldfastError } from '../../protocol/errors.ts'
import { sameBytes } from '../../sync/wire/codec.ts'
import type { Keeper } from '../keeper.ts'
import type { Vault } from '../vault.ts'

/**
 * The device logs that this device has come into for who is signed in: one that it has opened itself, one that another device has told
 * of in a pairing, one that words of recovery are in. They lie beside the key of the device, where neither a page nor the server can
 * write. One that it has come into for somebody else is none of theirs.
 */
export type Anchors = {
  of(account: Bytes): Promise<LogAnchor | undefined>
  note(anchor: LogAnchor): Promise<void>
}

export const createAnchors = (vault: Vault, keeper: Keeper): Anchors => {
  const provider = keeper.provider.id
  const sub = () => keeper.live()?.account.sub
  const isOf = (account: Bytes) => (one: LogAnchor & { readonly sub: string }) =>
    one.sub === sub() && sameBytes(one.account, account)
  const of = async (account: Bytes): Promise<LogAnchor | undefined> => {
    const found = await vault.read('device', provider)
    return found.at === 'here' ? found.value.logs.find(isOf(account)) : undefined
  }
  return {
    of,
    async note(anchor) {
      const whose = sub()
      if (whose === undefined) throw new HoldfastError('SESSION_EXPIRED')
      const isNoted = await vault.reviseDevice(provider, (now) => {
        const others = now.logs.filter((one) => !isOf(anchor.account)(one))
        return { ...now, logs: [...others, { sub: whose, ...anchor }] }
      })
      if (!isNoted) throw new HoldfastError('SYNC_UNAVAILABLE')
    },
  }
}
