import { type Bytes, toBase64url } from '../../../../src/base/bytes.ts'
import { createKeyring } from '../../../../src/crypto/epoch-key.ts'
import { mergeUpdates, openDocument } from '../../../../src/notebook/note-document.ts'
import { isReadable, wholeUpdate } from '../../../../src/notebook/note-sync.ts'
import { createEngine, type Engine } from '../../../../src/sync/engine.ts'
import { unwrapKeys } from '../../../../src/sync/keys.ts'
import type { Commit, Edit, Quarantined, SyncMemory, SyncStore, SyncTransport } from '../../../../src/sync/ports.ts'
import { contains } from '../../../../src/sync/ranges.ts'
import type { TestDevice } from './account.ts'

/** What a device keeps, in memory; a commit is whole or not at all. `onCommit` may kill before or after it. */
export const createMemoryStore = (onCommit: (stage: 'before' | 'after') => void = () => undefined) => {
  const kept = {
    memory: undefined as SyncMemory | undefined,
    documents: new Map<string, Bytes[]>(),
    files: new Map<string, Bytes>(),
    hashes: new Map<string, Bytes>(),
    outbox: [] as Edit[],
    own: [] as { seq: number; name: string }[],
    quarantined: [] as Quarantined[],
    nextEdit: 1,
  }
  const addTo = (name: string, body: Bytes): void => {
    kept.documents.set(name, [...(kept.documents.get(name) ?? []), body])
  }
  const apply = (commit: Commit): void => {
    kept.memory = structuredClone(commit.memory)
    for (const { name, kind, body } of commit.incoming ?? []) {
      if (kind === 'file') kept.files.set(name, body)
      else addTo(name, body)
    }
    const [from, to] = commit.read ?? [0, 0]
    kept.quarantined = kept.quarantined.filter(({ position }) => position <= from || position > to)
    for (const { device, seq, hash } of commit.hashes ?? []) kept.hashes.set(`${toBase64url(device)} ${seq}`, hash)
    kept.quarantined.push(...(commit.quarantined ?? []))
    kept.outbox = kept.outbox.filter(({ id }) => commit.sent?.includes(id) !== true)
    if (commit.ownAnew === true) kept.own = []
    kept.own.push(...(commit.own ?? []).map(({ seq, name }) => ({ seq, name })))
    kept.own = kept.own.filter(({ seq }) => !contains(commit.superseded ?? [], seq))
  }
  const snapshot = (name: string): Bytes | undefined => {
    const updates = kept.documents.get(name)
    return updates === undefined ? undefined : openDocument(updates).state()
  }
  const store: SyncStore = {
    read: async () => structuredClone(kept.memory),
    async commit(commit) {
      onCommit('before')
      apply(commit)
      onCommit('after')
    },
    hashesOf: async (records) =>
      records.flatMap(({ device, seq }) => {
        const hash = kept.hashes.get(`${toBase64url(device)} ${seq}`)
        return hash === undefined ? [] : [{ device, seq, hash }]
      }),
    outbox: async (most, _bytes, underWay) => kept.outbox.filter(({ id }) => !underWay.includes(id)).slice(0, most),
    outboxSize: async () => kept.outbox.length,
    own: async () => kept.own,
    snapshot: async (name) => snapshot(name),
    async sendAll() {
      for (const name of kept.documents.keys()) {
        const body = snapshot(name)
        if (body === undefined) continue
        kept.outbox.push({ id: kept.nextEdit, kind: 'changes', name, body })
        kept.nextEdit += 1
      }
    },
    quarantined: async () => kept.quarantined,
  }
  return {
    kept,
    store,
    /** An edit of a person: in the notebook and in the outbox, at once. */
    edit(name: string, change: (body: string) => string): void {
      const document = openDocument(kept.documents.get(name) ?? [])
      const update = document.edit({ body: change(document.content().body) })
      if (update === undefined) return
      addTo(name, update)
      kept.outbox.push({ id: kept.nextEdit, kind: 'changes', name, body: update })
      kept.nextEdit += 1
    },
    /** Every text, by name. */
    texts: (): Record<string, string> =>
      Object.fromEntries(
        [...kept.documents].map(([name, updates]) => [name, openDocument(updates).content().body] as const).sort(),
      ),
  }
}

export type MemoryStore = ReturnType<typeof createMemoryStore>

/** An engine of a device; another one over the same store is the same device after it was killed. */
export const startEngine = (
  device: TestDevice,
  store: SyncStore,
  transport: SyncTransport,
  compactAt?: number,
  editsAtOnce?: number,
): Engine =>
  createEngine({
    store,
    transport,
    device,
    chain: device.chain,
    keyring: async (log, wraps) => createKeyring(log.account, await unwrapKeys(log, wraps, device)),
    merge: mergeUpdates as (changes: readonly Bytes[]) => Bytes,
    whole: wholeUpdate,
    isReadable,
    ...(compactAt === undefined ? {} : { compactAt }),
    ...(editsAtOnce === undefined ? {} : { editsAtOnce }),
  })
