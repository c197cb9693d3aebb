import { computed, effect, type ReadonlySignal, signal } from '@preact/signals'
import { type ErrorCode, HoldfastError, type Session, type SessionState } from '../../kit/client.ts'

/** What this page has of the custody worker. Notes need none of it. */
export type Link =
  | { readonly status: 'starting' }
  | { readonly status: 'ready'; readonly session: Session }
  | { readonly status: 'unavailable'; readonly code: ErrorCode }

export type Custody = {
  readonly link: ReadonlySignal<Link>
  /** The state of the session, or undefined where it is not known. */
  readonly state: ReadonlySignal<SessionState | undefined>
  readonly updateReady: ReadonlySignal<boolean>
  /** True where the worker is of another version than this page. */
  readonly outdated: ReadonlySignal<boolean>
  /** What was asked for and is under way. */
  readonly busy: ReadonlySignal<'sign-in' | 'sign-out' | undefined>
  start(): void
  /** What this page has of the worker, once it is there. */
  session(): Promise<Session>
  /** Leaves for the provider. Rejects with a HoldfastError. `again`: while signed in, to prove who it is. */
  signIn(returnTo: string, again?: boolean): Promise<void>
  cancelSignIn(): Promise<void>
  /** Rejects with a HoldfastError where the session is still there. */
  signOut(): Promise<void>
  poke(): void
  /** Asks whether the session is still there. Never rejects. */
  check(): Promise<void>
  /** Lets the waiting worker take over; settles when it has. */
  applyUpdate(): Promise<void>
}

/** The provider that the bundled worker is configured with. */
const PROVIDER = 'main'

export const codeOf = (thrown: unknown): ErrorCode => (thrown instanceof HoldfastError ? thrown.code : 'INTERNAL')

const isOtherVersion = (code: ErrorCode): boolean => code === 'PROTOCOL_MISMATCH'

/** `connect`: how this page gets to its worker. */
export const createCustody = (connect: () => Promise<Session>): Custody => {
  const link = signal<Link>({ status: 'starting' })
  const busy = signal<'sign-in' | 'sign-out' | undefined>(undefined)
  const connected = Promise.withResolvers<Session>()
  connected.promise.then(
    (session) => {
      link.value = { status: 'ready', session }
    },
    (thrown: unknown) => {
      link.value = { status: 'unavailable', code: codeOf(thrown) }
    },
  )
  const during = async (what: 'sign-in' | 'sign-out', work: (session: Session) => Promise<void>): Promise<void> => {
    busy.value = what
    try {
      await work(await connected.promise)
    } catch (thrown) {
      busy.value = undefined
      throw thrown
    }
  }
  // A page that comes back out of the back-forward cache is no longer leaving for the provider.
  addEventListener('pageshow', (event) => {
    if (event.persisted) busy.value = undefined
  })

  const state = computed(() => (link.value.status === 'ready' ? link.value.session.state.value : undefined))
  // In an extension the page stays where it is while the provider has a window of its own.
  effect(() => {
    if (state.value?.status === 'signing-in') busy.value = undefined
  })

  return {
    link,
    busy,
    state,
    outdated: computed(() => {
      const now = link.value
      return now.status === 'ready'
        ? now.session.outdated.value
        : now.status === 'unavailable' && isOtherVersion(now.code)
    }),
    updateReady: computed(() => link.value.status === 'ready' && link.value.session.updateReady.value),
    start() {
      connect().then(connected.resolve, connected.reject)
    },
    session: () => connected.promise,
    async signIn(returnTo, again) {
      // Somebody who is signed in already is kept from nothing meanwhile.
      if (again === true) await (await connected.promise).signIn({ provider: PROVIDER, returnTo, again })
      else await during('sign-in', (session) => session.signIn({ provider: PROVIDER, returnTo }))
    },
    async cancelSignIn() {
      busy.value = undefined
      await (await connected.promise).cancelSignIn()
    },
    signOut: () => during('sign-out', (session) => session.signOut()),
    poke() {
      if (link.peek().status === 'ready')
        void connected.promise.then((session) => session.poke()).catch(() => undefined)
    },
    check: () => connected.promise.then((session) => session.check()).catch(() => undefined),
    async applyUpdate() {
      await (await connected.promise).applyUpdate()
    },
  }
}

/** Calls `onEnd` when a session ends that this page has shown and has not ended itself. */
export const watchSignOut = (custody: Custody, onEnd: () => void): void => {
  let had = false
  effect(() => {
    const status = custody.state.value?.status
    if (status === undefined) return
    if (had && status === 'anonymous' && custody.busy.peek() !== 'sign-out') onEnd()
    had = status === 'signed-in' || status === 'expired'
  })
}
