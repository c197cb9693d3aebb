import { setImmediate as soon } from 'node:timers/promises'
import { signal } from '@preact/signals'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { DialogName } from '../../../src/app/state/app.ts'
import { followNotebook, type Left } from '../../../src/app/state/follow-notebook.ts'
import type { SyncReturn } from '../../../src/app/state/sync-return.ts'
import type { NotebookEntry, Notebooks } from '../../../src/data/notebooks.ts'
import type { NotebooksStore } from '../../../src/data/notebooks-store.ts'
import { StorageError } from '../../../src/data/storage-error.ts'

const mine: NotebookEntry = { name: 'holdfast-notes', owner: null }
const other: NotebookEntry = { name: 'holdfast-notes-x', owner: 'A' }

/** A page with text that is being saved. */
const page = (given: { dialog?: DialogName; busy?: 'sign-out'; failure?: StorageError } = {}) => {
  const saving = Promise.withResolvers<void>()
  const done: string[] = []
  let tell: (now: Notebooks) => void = () => undefined
  const app: Left = {
    saver: {
      failure: signal(given.failure),
      async flush() {
        await saving.promise
        done.push('saved')
      },
    },
    leaving: { remember: async (what: SyncReturn) => void done.push(`remembers ${what}`) },
    navigation: { paths: { notebook: '/', settings: '/settings' } },
    notices: { show: ({ code = '' }) => void done.push(code) },
    dialog: signal(given.dialog),
    custody: { busy: signal(given.busy) },
    isOfAccount: signal(false),
  }
  const store: NotebooksStore = {
    read: async () => ({ open: other.name, all: [mine, other] }),
    change: () => Promise.reject(new Error('A page changes nothing.')),
    watch(onOpen) {
      tell = onOpen
      return () => undefined
    },
  }
  vi.stubGlobal('location', {
    reload: () => done.push('reloads'),
    replace: (address: string) => done.push(address),
  })
  followNotebook(app, store, mine)
  return { app, done, saving, tell: (entry: NotebookEntry, all = [mine, entry]) => tell({ open: entry.name, all }) }
}

describe('a page whose notebook is not open any more', () => {
  let looked: (() => void) | undefined
  beforeEach(() => {
    vi.stubGlobal('document', {
      visibilityState: 'visible',
      addEventListener: (_: string, listener: () => void) => {
        looked = listener
      },
    })
  })
  afterEach(() => {
    vi.unstubAllGlobals()
  })

  it('stores what was written where it belongs, and only then opens anew', async () => {
    const { done, saving, tell } = page()
    tell(mine)
    tell(other)
    tell({ ...other, owner: 'B' })
    await soon()
    expect(done).toEqual([])
    saving.resolve()
    await soon()
    expect(done).toEqual(['saved', 'reloads'])
  })

  it('keeps on the screen what cannot be stored', async () => {
    const { done, saving, tell } = page({ failure: new StorageError('STORAGE_FULL') })
    saving.resolve()
    tell(other)
    await soon()
    expect(done).toEqual(['saved', 'NOTEBOOK_OTHER'])
  })

  it('goes on with what the person was about to do', async () => {
    const { done, saving, tell } = page({ dialog: 'enable-sync' })
    saving.resolve()
    tell(other)
    await soon()
    expect(done).toEqual(['saved', 'remembers enable', '/settings?sync=enable'])
  })

  it('is left to the sign-out that it has asked for itself', async () => {
    const { done, tell } = page({ busy: 'sign-out' })
    tell(other)
    await soon()
    expect(done).toEqual([])
  })

  it('is found out when it is looked at again', async () => {
    const { done, saving } = page()
    saving.resolve()
    looked?.()
    await soon()
    expect(done).toEqual(['saved', 'reloads'])
  })

  it('stays where everything was wiped, and can still put back what it has', async () => {
    const { done, tell } = page()
    tell(other, [other])
    await soon()
    expect(done).toEqual([])
  })

  it('stays where it becomes the one of an account', async () => {
    const { app, done, tell } = page()
    tell({ ...mine, owner: 'A' }, [{ ...mine, owner: 'A' }])
    await soon()
    expect([done, app.isOfAccount.value]).toEqual([[], true])
  })
})
