import { toBase64url, utf8 } from '../base/bytes.ts'
import type { Store } from './store.ts'

declare const self: ServiceWorkerGlobalScope

/** In the store of keys: the install that has to end, and the install of the worker in charge. */
const MARK = 'ended-install'
const CURRENT = 'install'

/**
 * Gives this browser a new install after a sign-out, so that records which a page copied and puts back later stay closed:
 * the server ends the install, the next worker script carries another share, and its worker takes over at once. What steers
 * this is in the clear. It does not say an install's id, with which anyone could ask the server for the share; the worker
 * that set the mark does not depend on finding it again; and a new worker waits only where it finds its own install in
 * charge, which no page can write before it. All that a page can do with it is to have a new worker take over earlier.
 */
export type Rotation = {
  /** Notes that the install has to end, in case the worker is killed or offline before that is done. */
  mark(): Promise<void>
  /** Ends the install if it is marked. True where a new worker is now on its way. Rejects where the server is away. */
  run(): Promise<boolean>
  /** For a worker that installs: whether it is of another install than the one in charge and should take over at once. */
  succeeds(): Promise<boolean>
  /** For a worker that activates: its install is in charge now. */
  takeCharge(): Promise<void>
}

/** Tells installs apart and says nothing else of them: their ids are random. */
const fingerprint = async (install: string): Promise<string> =>
  toBase64url(new Uint8Array(await crypto.subtle.digest('SHA-256', utf8(`holdfast ended install ${install}`))))

/**
 * A script request that was under way while the install ended renews the old cookie when it is answered. There is no other
 * script then, and the install has to be ended again.
 */
const mostTries = 3

/** Asks for an update. True where another worker has come of it. */
const findsUpdate = async (): Promise<boolean> => {
  const { registration } = self
  const { waiting } = registration
  let found = false
  const note = () => {
    found = true
  }
  registration.addEventListener('updatefound', note)
  try {
    await registration.update()
    return found || registration.installing !== null || registration.waiting !== waiting
  } finally {
    registration.removeEventListener('updatefound', note)
  }
}

/** `install`: the name of this worker's install, or undefined where there is no seal and nothing to rotate. */
export const createRotation = (store: Store, fetch: typeof globalThis.fetch, install: string | undefined): Rotation => {
  const own = install === undefined ? undefined : fingerprint(install)
  let isMarked = false
  const marked = async () => (isMarked ? own : store.read('keys', MARK))
  let ending: Promise<boolean> | undefined
  const set = (value: string | undefined, name = MARK) => store.commit([{ store: 'keys', name, value }])
  /** This worker, as its registration has it once it is in charge. No page can change that, and every browser tells it. */
  let inCharge = own === undefined ? null : self.registration.active
  const hasSuccessor = () => inCharge === null || self.registration.active !== inCharge
  const end = async (): Promise<boolean> => {
    const ended = own === undefined ? undefined : await marked()
    if (ended === undefined) return false
    if (ended !== (await own)) {
      await set(undefined)
      return false
    }
    for (let tries = 0; tries < mostTries; tries += 1) {
      const response = await fetch(self.location.pathname, { method: 'DELETE', signal: AbortSignal.timeout(10_000) })
      if (!response.ok) throw new Error('The install could not be ended.')
      if ((await findsUpdate()) || hasSuccessor()) return true
    }
    throw new Error('The install could not be ended.')
  }
  return {
    async mark() {
      if (own === undefined) return
      isMarked = true
      await set(await own)
    },
    run() {
      ending ??= end()
      ending.then(
        (done) => {
          if (!done) ending = undefined
        },
        () => {
          ending = undefined
        },
      )
      return ending
    },
    async succeeds() {
      if (own === undefined) return false
      // A store that cannot be read must not keep a new worker from being installed.
      const current = await store.read('keys', CURRENT).catch(() => own)
      return current !== (await own)
    },
    async takeCharge() {
      if (own === undefined) return
      inCharge = self.registration.active
      // Nor must it keep one from taking over: without the note the next worker may wait a little longer.
      await set(await own, CURRENT).catch(() => undefined)
    },
  }
}
