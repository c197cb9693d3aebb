import { signal } from '@preact/signals'
import type { AnnounceMessage, Reply, Request } from '../protocol/messages.ts'
import type { SyncState } from '../protocol/sync-state.ts'
import type { Sync } from './session.ts'

type Asked = Extract<Request, { type: `sync.${string}` }>
type Ask = <R extends Asked>(request: R) => Promise<Reply[R['type']]>

/** `ask`: one question to the worker, one answer. `announced` takes what the worker tells by itself. */
export const createSync = (ask: Ask): Sync & { announced(message: AnnounceMessage): void } => {
  const state = signal<SyncState>({ stage: 'unavailable' })
  /** What was announced meanwhile is newer than what was asked for before. */
  let told = 0
  const update = async (work: Promise<SyncState>): Promise<void> => {
    const before = told
    const next = await work
    if (before === told) state.value = next
  }
  const withState = async <T extends { readonly state: SyncState }>(work: Promise<T>): Promise<T> => {
    const reply = await work
    state.value = reply.state
    return reply
  }
  return {
    state,
    announced(message) {
      if (message.type !== 'sync.state') return
      told += 1
      state.value = message.state
    },
    look: () => update(ask({ type: 'sync.get' })),
    enable: (notes) => update(ask({ type: 'sync.enable', ...(notes === undefined ? {} : { notes }) })),
    disable: () => update(ask({ type: 'sync.disable' })),
    run: () => update(ask({ type: 'sync.run' })),
    stop: () => update(ask({ type: 'sync.stop' })),
    unlock: (words) => withState(ask({ type: 'sync.unlock', words })),
    newKit: async () => (await ask({ type: 'sync.newKit' })).words,
    confirmKit: (words) => withState(ask({ type: 'sync.confirmKit', words })),
    uploadMine: () => update(ask({ type: 'sync.uploadMine' })),
    backup: () => ask({ type: 'sync.backup' }),
    fetchBackup: () => ask({ type: 'sync.fetchBackup' }),
    openBackup: (words) => ask({ type: 'sync.openBackup', words }),
    applyBackup: (words) => ask({ type: 'sync.applyBackup', words }),
  }
}
