import type { Bytes } from '../../base/bytes.ts'
import { checkGoesOn, findDevice } from '../../crypto/device-log.ts'
import { HoldfastError } from '../../protocol/errors.ts'
import type { RecoveryKitState } from '../../protocol/sync-state.ts'
import type { Identity } from '../../sync/keys.ts'
import { createKeyrings, type EpochKeys } from '../../sync/keys.ts'
import { sameBytes } from '../../sync/wire/codec.ts'
import { SyncFault } from '../../sync/wire/faults.ts'
import type { Keeper } from '../keeper.ts'
import type { Records } from '../records.ts'
import type { Vault } from '../vault.ts'
import type { Anchors } from './anchors.ts'

type SyncRecord = Records['sync']

/** The keys of sync on this device, in step with the vault, which is the only place where they rest. */
export type Held = {
  /** Undefined where nobody has chosen sync here. */
  record(): SyncRecord | undefined
  /** By epoch; none where this device has still to be let in. */
  keys(): EpochKeys
  /** Whether there is something to exchange with: keys, and a session. */
  isOn(): boolean
  keep(next: SyncRecord | undefined): Promise<void>
  /** Keeps more keys than before. */
  learn(keys: EpochKeys): Promise<void>
  /** Takes up what the vault has, after the worker was started. */
  restore(): Promise<void>
  keyrings(self: Identity): ReturnType<typeof createKeyrings>
  kit(): RecoveryKitState
  /** Which recovery kit the device log names now. */
  noteKit(id: Bytes | undefined): void
}

export const listOf = (keys: EpochKeys): SyncRecord['keys'] => [...keys].map(([epoch, key]) => ({ epoch, key }))

export const createHeld = (vault: Vault, keeper: Keeper, anchors: Anchors): Held => {
  const provider = keeper.provider.id
  let record: SyncRecord | undefined
  let rings: ReturnType<typeof createKeyrings> | undefined
  let named: Bytes | undefined

  const keep = async (next: SyncRecord | undefined): Promise<void> => {
    // Signed out meanwhile: what would be stored is nobody's any more.
    const still = () => next === undefined || keeper.live() !== undefined
    await vault.commit([{ kind: 'sync', provider, value: next }], still)
    record = next
    rings = undefined
  }
  const keys = (): EpochKeys => new Map(record?.keys.map(({ epoch, key }) => [epoch, key]) ?? [])
  const learn = async (more: EpochKeys): Promise<void> => {
    if (record !== undefined) await keep({ ...record, keys: listOf(more) })
  }
  return {
    record: () => record,
    keys,
    isOn: () => keys().size > 0 && keeper.live() !== undefined,
    keep,
    learn,
    async restore() {
      const found = await vault.read('sync', provider)
      record = found.at === 'here' ? found.value : undefined
      if (record === undefined || record.keys.length === 0 || record.sub !== keeper.live()?.account.sub) return
      if ((await anchors.of(record.account)) !== undefined) return
      // Keys from before there were anchors: the account is known, and nothing of its log.
      await anchors.note({ account: record.account, length: 1, head: record.account })
    },
    keyrings(self) {
      rings ??= createKeyrings(self, keys(), learn)
      const [ringOf, own] = [rings, record?.account]
      return async (log, wraps) => {
        // Whoever has lost what it remembered of the log takes no other account for its own: the keys are of this one.
        if (own !== undefined && !sameBytes(log.account, own)) throw new SyncFault('LOG_FORKED')
        const anchor = await anchors.of(log.account)
        if (anchor !== undefined) checkGoesOn(log, anchor)
        // Its key is another one than was let in: it has still to be.
        if (findDevice(log, self.id) === undefined) {
          if (record !== undefined) await keep({ ...record, keys: [] })
          throw new HoldfastError('SYNC_OFF')
        }
        return ringOf(log, wraps)
      }
    },
    kit() {
      const own = record?.kit
      if (own != null && (named === undefined || sameBytes(own.id, named))) {
        return own.confirmed ? 'confirmed' : 'unconfirmed'
      }
      // Made on another device, where its words were asked for.
      return named === undefined ? 'none' : 'confirmed'
    },
    noteKit(id) {
      named = id
    },
  }
}
