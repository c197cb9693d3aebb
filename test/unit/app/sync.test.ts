import { signal } from '@preact/signals'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { Link } from '../../../src/app/state/custody.ts'
import { createSync } from '../../../src/app/state/sync.ts'
import { HoldfastError, type Session, type SessionState, type SyncState } from '../../../src/kit/client.ts'

const on: SyncState = {
  stage: 'on',
  run: { type: 'idle' },
  waiting: 0,
  syncedAt: null,
  kit: 'none',
  problem: null,
  aside: [],
  missing: 0,
}

const common = { protocol: 1, grade: 'sealed', pending: { signOuts: 0, syncs: 0 }, sessions: {} } as const
const anonymous: SessionState = { ...common, status: 'anonymous' }
const signedIn = (sub: string): SessionState => ({
  ...common,
  status: 'signed-in',
  account: { sub, name: null, email: null },
  provider: 'main',
  device: { id: 'd', name: 'Browser', platform: 'System' },
  online: true,
  refreshAt: 0,
  limits: [],
})

/** A worker that says what it is told to, and the page around it. */
const setUp = ({ listens = true } = {}) => {
  const said = signal<SyncState>({ stage: 'unavailable' })
  const session = signal<SessionState>(anonymous)
  const worker = {
    state: said,
    look: vi.fn(async () => undefined),
    enable: vi.fn(async () => undefined),
    disable: vi.fn(async () => undefined),
    run: vi.fn(async () => undefined),
    stop: vi.fn(async () => undefined),
    unlock: vi.fn<Session['sync']['unlock']>(async () => ({ state: on, problem: null })),
    newKit: vi.fn(async () => 'abandon about'),
    confirmKit: vi.fn<Session['sync']['confirmKit']>(async () => ({ state: on, problem: null })),
    uploadMine: vi.fn(async () => undefined),
    backup: vi.fn(async () => ({ name: 'backup', size: 1 })),
    fetchBackup: vi.fn(async () => ({ time: 0, size: 0 })),
    openBackup: vi.fn(async () => ({ preview: null, problem: null })),
    applyBackup: vi.fn(async () => ({ preview: null, problem: null })),
  } satisfies Session['sync']
  const unused = () => Promise.reject(new HoldfastError('INTERNAL'))
  const real: Session = {
    state: session,
    outdated: signal(false),
    updateReady: signal(false),
    signIn: unused,
    cancelSignIn: unused,
    signOut: unused,
    secrets: { put: unused, remove: unused, list: unused },
    devices: { list: unused, rename: unused, remove: unused },
    pairing: { look: unused, offer: unused, join: unused, approve: unused, cancel: unused },
    sync: worker,
    check: unused,
    poke: unused,
    applyUpdate: unused,
  }
  const link = signal<Link>({ status: 'ready', session: real })
  const page = { online: signal(true), visible: signal(true), changes: signal(0) }
  const signals: AbortSignal[] = []
  const answers = { status: 200 }
  const fetch = vi.fn(async (_: string, { signal: aborted }: RequestInit) => {
    if (aborted != null) signals.push(aborted)
    return new Response(answers.status === 200 ? new ReadableStream() : null, { status: answers.status })
  })
  const sync = createSync({
    custody: { link, state: session, session: async () => real },
    ...page,
    events: listens ? '/api/v1/sync/events' : undefined,
    fetch,
    random: () => 1,
  })
  const listening = () => signals.filter(({ aborted }) => !aborted).length
  return { sync, worker, said, session, fetch, answers, listening, ...page }
}

const settle = () => vi.advanceTimersByTimeAsync(0)

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
})

describe('sync of a page', () => {
  it('is looked at when somebody comes or goes, and when the page is looked at again', async () => {
    const { sync, worker, session, visible } = setUp()
    await settle()
    expect(worker.look).toHaveBeenCalledTimes(1)
    session.value = signedIn('a')
    expect(sync.isKnown.value).toBe(false)
    await settle()
    expect(sync.isKnown.value).toBe(true)
    expect(worker.look).toHaveBeenCalledTimes(2)
    visible.value = false
    await settle()
    expect(worker.look).toHaveBeenCalledTimes(2)
    visible.value = true
    await settle()
    expect(worker.look).toHaveBeenCalledTimes(3)
  })

  it('is not known while the answer is about somebody else', async () => {
    const { sync, worker, session } = setUp()
    await settle()
    const { promise, resolve } = Promise.withResolvers<undefined>()
    worker.look.mockImplementationOnce(() => promise)
    session.value = signedIn('a')
    await settle()
    worker.look.mockImplementationOnce(() => new Promise(() => undefined))
    session.value = signedIn('b')
    resolve(undefined)
    await settle()
    expect(sync.isKnown.value).toBe(false)
  })

  it('tells the worker of a change at once, of those that follow together, and only where sync is on', async () => {
    const { worker, said, changes } = setUp()
    changes.value += 1
    await vi.advanceTimersByTimeAsync(1000)
    expect(worker.run).not.toHaveBeenCalled()
    said.value = on
    await vi.advanceTimersByTimeAsync(1000)
    expect(worker.run).toHaveBeenCalledTimes(1)
    for (let change = 0; change < 5; change += 1) {
      changes.value += 1
      await vi.advanceTimersByTimeAsync(50)
      expect(worker.run).toHaveBeenCalledTimes(2)
    }
    await vi.advanceTimersByTimeAsync(1000)
    expect(worker.run).toHaveBeenCalledTimes(3)
  })

  it('tells of changes while one goes on typing', async () => {
    const { worker, said, changes } = setUp()
    said.value = on
    for (let change = 0; change < 20; change += 1) {
      changes.value += 1
      await vi.advanceTimersByTimeAsync(100)
    }
    expect(worker.run.mock.calls.length).toBeGreaterThanOrEqual(4)
  })

  it('lets alone what a person has stopped, and has it counted what waits', async () => {
    const { sync, worker, said, changes } = setUp()
    await settle()
    said.value = { ...on, problem: { type: 'stopped', code: 'SYNC_STOPPED' } }
    const looks = worker.look.mock.calls.length
    changes.value += 1
    await vi.advanceTimersByTimeAsync(1000)
    expect(worker.run).not.toHaveBeenCalled()
    expect(worker.look).toHaveBeenCalledTimes(looks + 1)
    await sync.act('run')
    expect(worker.run).toHaveBeenCalledTimes(1)
  })

  it('listens to the server by one stream while somebody is signed in, online and looked at, and for a minute more', async () => {
    const { said, session, online, visible, listening } = setUp()
    await settle()
    expect(listening()).toBe(0)
    session.value = signedIn('a')
    await settle()
    expect(listening()).toBe(1)
    said.value = on
    await settle()
    expect(listening()).toBe(1)
    said.value = { ...on, waiting: 3 }
    await settle()
    expect(listening()).toBe(1)
    online.value = false
    expect(listening()).toBe(0)
    online.value = true
    await settle()
    expect(listening()).toBe(1)
    visible.value = false
    await vi.advanceTimersByTimeAsync(30_000)
    expect(listening()).toBe(1)
    await vi.advanceTimersByTimeAsync(31_000)
    expect(listening()).toBe(0)
    visible.value = true
    await settle()
    expect(listening()).toBe(1)
    said.value = { stage: 'off' }
    expect(listening()).toBe(1)
    session.value = anonymous
    expect(listening()).toBe(0)
  })

  it('does not listen for a device that was removed', async () => {
    const { said, session, listening } = setUp()
    session.value = signedIn('a')
    said.value = { ...on, problem: { type: 'removed', code: 'RECORD_DEVICE_REVOKED' } }
    await settle()
    expect(listening()).toBe(0)
  })

  it('asks a server that has refused again only after the next look', async () => {
    const { sync, said, session, fetch, answers } = setUp()
    answers.status = 401
    session.value = signedIn('a')
    said.value = on
    await vi.advanceTimersByTimeAsync(600_000)
    expect(fetch).toHaveBeenCalledTimes(1)
    await sync.look()
    await settle()
    expect(fetch).toHaveBeenCalledTimes(2)
  })

  it('looks every ten seconds where pages cannot listen, while it is looked at', async () => {
    const { worker, said, session, visible, fetch } = setUp({ listens: false })
    session.value = signedIn('a')
    said.value = on
    await vi.advanceTimersByTimeAsync(31_000)
    const before = worker.run.mock.calls.length
    expect(before).toBeGreaterThanOrEqual(3)
    expect(fetch).not.toHaveBeenCalled()
    visible.value = false
    await vi.advanceTimersByTimeAsync(1000)
    const left = worker.run.mock.calls.length
    await vi.advanceTimersByTimeAsync(60_000)
    expect(worker.run).toHaveBeenCalledTimes(left)
  })

  it('says what is under way, and why it did not work', async () => {
    const { sync, worker } = setUp()
    worker.enable.mockRejectedValueOnce(new HoldfastError('SYNC_UNREACHABLE'))
    const asked = sync.act('enable')
    expect(sync.busy.value).toBe('enable')
    expect(await asked).toBe(false)
    expect([sync.busy.value, sync.failure.value]).toEqual([undefined, 'SYNC_UNREACHABLE'])
    expect(await sync.act('enable')).toBe(true)
    expect(sync.failure.value).toBeUndefined()
  })

  it('tells words that are wrong from words that could not be tried', async () => {
    const { sync, worker } = setUp()
    expect(await sync.unlock('right')).toEqual({ type: 'done' })
    worker.unlock.mockResolvedValueOnce({ state: on, problem: { type: 'checksum' } })
    expect(await sync.unlock('wrong')).toEqual({ type: 'wrong', problem: { type: 'checksum' } })
    worker.confirmKit.mockRejectedValueOnce(new HoldfastError('SYNC_UNREACHABLE'))
    expect(await sync.confirmKit('words')).toEqual({ type: 'failed', code: 'SYNC_UNREACHABLE' })
  })

  it('keeps no words of a recovery kit', async () => {
    const { sync, worker } = setUp()
    expect(await sync.newKit()).toEqual({ words: 'abandon about' })
    worker.newKit.mockRejectedValueOnce(new HoldfastError('RECENT_SIGN_IN_REQUIRED'))
    expect(await sync.newKit()).toEqual({ code: 'RECENT_SIGN_IN_REQUIRED' })
    expect(JSON.stringify(sync)).not.toContain('abandon')
  })
})
