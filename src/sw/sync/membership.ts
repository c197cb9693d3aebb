import * as v from 'valibot'
import { type Bytes, fromBase64url, toBase64url } from '../../base/bytes.ts'
import { anchorOf, type LogAnchor } from '../../crypto/device-log.ts'
import { deviceIdOf } from '../../crypto/primitives.ts'
import { newRecoveryWords, type RecoveryKey } from '../../crypto/recovery-key.ts'
import type { NotesChoice } from '../../data/notebooks.ts'
import { HoldfastError } from '../../protocol/errors.ts'
import type { WordsProblem } from '../../protocol/sync-state.ts'
import {
  addEntry,
  keysOfMember,
  type LogSource,
  nameKit,
  openAccount,
  putOut,
  readServerLog,
  type ServerLog,
  textOf,
} from '../../sync/account.ts'
import { admitPaired, enterByKit, readKit } from '../../sync/entering.ts'
import type { EpochKeys } from '../../sync/keys.ts'
import type { WrappedKey } from '../../sync/ports.ts'
import { sameBytes } from '../../sync/wire/codec.ts'
import type { JoinedDevice, SyncDeps } from '../sync-part.ts'
import type { Anchors } from './anchors.ts'
import { type Held, listOf } from './held.ts'
import { readIdentity } from './identity.ts'
import type { Opened } from './opened.ts'
import type { Replica } from './replica.ts'

/** Who has the keys of the account: this device, others, the recovery kit. What goes wrong is thrown as it is. */
export type Membership = {
  /** Ends with keys, or without where this device has still to be let in. `notes`: what becomes of those of no account. */
  enable(notes: NotesChoice): Promise<void>
  /** Lets this device in; or what is wrong with the words. */
  unlock(words: string): Promise<WordsProblem | null>
  /** The words of a new recovery kit, kept nowhere. */
  newKit(): Promise<string>
  confirmKit(words: string): Promise<WordsProblem | null>
  /** Answers where the log stands with the device in it; undefined where there is no sync here. */
  admit(device: JoinedDevice): Promise<LogAnchor | undefined>
  expel(publicKey: string): Promise<void>
}

const other: WordsProblem = { type: 'other' }

export const createMembership = (deps: SyncDeps, held: Held, anchors: Anchors, notebook: Opened<Replica>) => {
  const { vault, keeper, clock, api, ready } = deps
  const identity = () => readIdentity(vault, keeper)
  /** Of the notebook that is open: it knows what was read of it. */
  const logAtServer = () => notebook.here().logAtServer

  /** The notebook of the account is opened with its keys: until then, what is on screen stays as it is. */
  const settle = async (
    { log }: ServerLog,
    keys: EpochKeys,
    kit: RecoveryKey | null,
    notes: NotesChoice,
  ): Promise<void> => {
    if (keys.size > 0) {
      await notebook.bind(notes)
      await notebook.here().startAnew(log.account)
    }
    const sub = keeper.live()?.account.sub ?? ''
    const confirmed = kit === null ? null : { id: kit.id, confirmed: true }
    await held.keep({ sub, account: log.account, keys: listOf(keys), kit: confirmed, notes })
    held.noteKit(log.recovery?.id)
  }

  /** Asks through the interface of devices, which knows that a sign-in may be too old for this. */
  const asRecent = (): LogSource => ({
    ...logAtServer(),
    async addToLog(entry: Bytes, wraps: readonly WrappedKey[]) {
      await api.signed('POST', '/sync/log', v.unknown(), { entry: toBase64url(entry), wraps: textOf(wraps) })
    },
  })

  const membership: Membership = {
    async enable(notes) {
      if (vault.grade === 'memory') throw new HoldfastError('SYNC_UNAVAILABLE')
      if (keeper.live() === undefined) throw new HoldfastError('SESSION_EXPIRED')
      await ready()
      const self = await identity()
      const isNew = (await readServerLog(logAtServer())) === undefined
      const opened = isNew ? await openAccount(self, clock()) : undefined
      if (opened !== undefined) {
        // First that it is of this device: a worker that is killed then is let in by it.
        await anchors.note(opened.anchor)
        await logAtServer().addToLog(opened.entry, opened.wraps)
      }
      const server = await readServerLog(logAtServer())
      if (server === undefined) throw new HoldfastError('SYNC_FALSE')
      const anchor = opened?.anchor ?? (await anchors.of(server.log.account))
      await settle(server, await keysOfMember(server, self, anchor), null, notes)
    },

    async unlock(words) {
      const { key, ...wrong } = await readKit(words)
      if (key === undefined) return 'problem' in wrong ? wrong.problem : other
      await ready()
      const entered = await enterByKit(logAtServer(), await identity(), key, clock())
      if (entered === undefined) return other
      await anchors.note(anchorOf(entered.server.log))
      await settle(entered.server, entered.keys, key, held.record()?.notes ?? 'add')
      return null
    },

    async newKit() {
      const record = held.record()
      if (record === undefined || !held.isOn()) throw new HoldfastError('SYNC_OFF')
      const words = newRecoveryWords()
      const { key } = await readKit(words)
      if (key === undefined) throw new HoldfastError('INTERNAL')
      const self = await identity()
      await addEntry(asRecent(), (server) => nameKit(server, held.keys(), key, self, clock()))
      await held.keep({ ...record, kit: { id: key.id, confirmed: false } })
      held.noteKit(key.id)
      return words
    },

    async confirmKit(words) {
      const record = held.record()
      if (record === undefined) throw new HoldfastError('SYNC_OFF')
      const { key, ...wrong } = await readKit(words)
      if (key === undefined) return 'problem' in wrong ? wrong.problem : other
      const known = record.kit?.id ?? (await readServerLog(logAtServer()))?.log.recovery?.id
      if (known === undefined || !sameBytes(known, key.id)) return other
      await held.keep({ ...record, kit: { id: key.id, confirmed: true } })
      return null
    },

    async admit({ publicKey, exchangeKey, name, platform }) {
      const [sign, exchange] = [fromBase64url(publicKey), fromBase64url(exchangeKey)]
      if (sign === undefined || exchange === undefined || !held.isOn()) return undefined
      const device = { signKey: sign, exchangeKey: exchange, name, platform }
      return admitPaired(logAtServer(), held.keys(), await identity(), device, clock())
    },

    async expel(publicKey) {
      const sign = fromBase64url(publicKey)
      if (sign === undefined || !held.isOn()) return
      const self = await identity()
      const last = await notebook.here().lastOf(await deviceIdOf(sign))
      await addEntry(logAtServer(), (server) => putOut(server, last, self, clock()))
    },
  }
  return membership
}
