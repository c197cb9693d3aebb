import { waitFor } from '../../support/deadline.ts'
import type { Holdfast } from '../../support/holdfast.ts'
import type { Recorded } from '../../support/recorded.ts'

/** Where the worker asks whether it may go on. */
const path = '/kill-point'

/**
 * The places where a worker can be stopped. `send` and `reply`: before a token request goes out, and after its answer has
 * arrived; `seal`: before a record is sealed, and so before anything of it is written; `write`: in the transaction, when
 * the record is put and nothing is committed.
 */
export type KillPoint =
  | `${'send' | 'reply'} ${'authorization_code' | 'refresh_token'}`
  | `${'seal' | 'write'} session ${'marked' | 'settled'}`
  | `seal transaction ${'waiting' | 'received' | 'exchanging'}`

/** What the worker tells in passing, without standing still: this record is on the disk. */
export type Milestone = 'done session settled'

/** Words that are in the hook and may be in no built file. */
export const killPointMark = 'holdfast-kill-point'

/**
 * The worker with a question before each of its steps: may it go on? It stands still until the answer comes, which is
 * never where a test stops it. For tests alone.
 */
export const withKillPoints = (source: string): string => `;(() => {
  // ${killPointMark}
  const fetch = self.fetch.bind(self)
  const pass = (point) => fetch('${path}?at=' + encodeURIComponent(point), { cache: 'no-store' }).catch(() => undefined)
  self.fetch = async (input, init) => {
    const grant = init?.body instanceof URLSearchParams ? init.body.get('grant_type') : null
    if (grant === null) return fetch(input, init)
    await pass('send ' + grant)
    const response = await fetch(input, init)
    await pass('reply ' + grant)
    return response
  }
  const recordOf = (bytes) => {
    try {
      const record = JSON.parse(new TextDecoder().decode(bytes))
      if (record.stage !== undefined) return 'transaction ' + record.stage
      return record.status === 'live' ? 'session ' + (record.refreshingSince === null ? 'settled' : 'marked') : undefined
    } catch {
      return undefined
    }
  }
  const sealed = new Map()
  const { encrypt } = SubtleCrypto.prototype
  SubtleCrypto.prototype.encrypt = async function (algorithm, key, bytes) {
    const record = recordOf(bytes)
    if (record !== undefined) await pass('seal ' + record)
    const ciphertext = await encrypt.call(this, algorithm, key, bytes)
    if (record !== undefined) sealed.set(String(algorithm.iv), record)
    return ciphertext
  }
  const { put } = IDBObjectStore.prototype
  IDBObjectStore.prototype.put = function (value, name) {
    const request = put.call(this, value, name)
    const iv = value instanceof Uint8Array ? String(value.slice(1, 13)) : ''
    const record = sealed.get(iv)
    if (record === undefined) return request
    sealed.delete(iv)
    let waiting = true
    // A transaction commits by itself when nothing is asked of it any more.
    const keepOpen = () => {
      if (waiting) this.get(name).onsuccess = keepOpen
    }
    keepOpen()
    pass('write ' + record).then(() => {
      waiting = false
    })
    this.transaction.addEventListener('complete', () => pass('done ' + record))
    return request
  }
})();
${source}`

const isAt =
  (point: KillPoint | Milestone) =>
  (request: Recorded): boolean =>
    request.path === path && new URLSearchParams(request.search).get('at') === point

/** Lets a worker pass all its points, but those where a test stops it. */
export const openKillPoints = (holdfast: Holdfast): void => holdfast.serve(path, { body: '', type: 'text/plain' })

/** How often the worker has come to `point` since the recorder was cleared. */
export const timesAt = ({ recorder }: Holdfast, point: KillPoint | Milestone): number =>
  recorder.requests.filter(isAt(point)).length

/** Stops the worker where it next gets to `point`. Call `reached` to wait until it stands there. */
export const stopAt = ({ recorder }: Holdfast, point: KillPoint): { reached(): Promise<void> } => {
  let arrived = false
  recorder.failNext((request) => {
    const here = !arrived && isAt(point)(request)
    arrived ||= here
    return here
  }, 'hang')
  return {
    async reached() {
      await waitFor(() => arrived, `the worker is at "${point}"`)
    },
  }
}
