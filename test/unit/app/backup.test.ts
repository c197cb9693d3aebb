import { describe, expect, it } from 'vitest'
import { type BackupMaker, createBackup, type Hand } from '../../../src/app/state/backup.ts'
import { BACKUP_CACHE, BACKUP_CHOSEN, BACKUP_MADE, type BackupReply, HoldfastError } from '../../../src/kit/client.ts'

/** The cache that page and worker hand files over in. */
const caches = () => {
  const kept = new Map<string, Response>()
  const cache = {
    match: async (key: RequestInfo | URL) => kept.get(String(key))?.clone(),
    put: async (key: RequestInfo | URL, value: Response) => void kept.set(String(key), value),
    delete: async (key: RequestInfo | URL) => kept.delete(String(key)),
  }
  const hand: Hand = {
    open: async (name: string) => {
      expect(name).toBe(BACKUP_CACHE)
      return cache
    },
  }
  return { kept, hand: () => hand }
}

const unused = () => Promise.reject(new HoldfastError('INTERNAL'))
const withWorker = (does: Partial<BackupMaker>, hand: () => Hand) =>
  createBackup({
    maker: async () => ({ backup: unused, fetchBackup: unused, openBackup: unused, applyBackup: unused, ...does }),
    poke: () => undefined,
    hand,
  })

const preview = { notes: 3, files: 1, fresh: 2, time: 5 }

describe('an encrypted backup', () => {
  it('is taken out of the hand of the worker, and does not stay there', async () => {
    const { kept, hand } = caches()
    const backup = async () => {
      kept.set(BACKUP_MADE, new Response('sealed'))
      return { name: 'notes.holdfast', size: 6 }
    }
    const file = await withWorker({ backup }, hand).make()
    if (typeof file === 'string') throw new Error(file)
    expect([file.name, await file.text()]).toEqual(['notes.holdfast', 'sealed'])
    expect(kept.size).toBe(0)
  })

  it('is handed over where a page of an extension can, which keeps nothing under its own address', () => {
    expect([BACKUP_MADE, BACKUP_CHOSEN].map((address) => new URL(address).protocol)).toEqual(['https:', 'https:'])
  })

  it('says why there is none', async () => {
    const { hand } = caches()
    const broken = { backup: () => Promise.reject(new HoldfastError('SYNC_OFF')) }
    expect(await withWorker(broken, hand).make()).toBe('SYNC_OFF')
    const empty = { backup: async () => ({ name: 'x', size: 1 }) }
    expect(await withWorker(empty, hand).make()).toBe('INTERNAL')
  })

  it('is handed to the worker, opened with words, and forgotten', async () => {
    const { kept, hand } = caches()
    const replies: BackupReply[] = [
      { preview: null, problem: { type: 'checksum' } },
      { preview, problem: null },
    ]
    const openBackup = async () => replies.shift() ?? { preview: null, problem: null }
    const backup = withWorker({ openBackup }, hand)
    expect(await backup.choose(new Blob(['sealed']))).toBe('done')
    expect(await kept.get(BACKUP_CHOSEN)?.clone().text()).toBe('sealed')
    expect(await backup.open('wrong')).toEqual({ type: 'wrong', problem: { type: 'checksum' } })
    expect(await backup.open('right')).toEqual({ type: 'opened', preview })
    await backup.forget()
    expect(kept.size).toBe(0)
  })

  it('is fetched from the server, or it is said why there is none', async () => {
    const { hand } = caches()
    expect(await withWorker({ fetchBackup: async () => ({ time: 5, size: 6 }) }, hand).fetch()).toBe(5)
    const none = { fetchBackup: () => Promise.reject(new HoldfastError('BACKUP_ABSENT')) }
    expect(await withWorker(none, hand).fetch()).toBe('BACKUP_ABSENT')
  })

  it('says that there is no room, or no cache, and throws nothing', async () => {
    const refusing = (thrown: Error) => withWorker({}, () => ({ open: () => Promise.reject(thrown) }))
    const full = refusing(new DOMException('no room', 'QuotaExceededError'))
    const without = refusing(new TypeError('no caches here'))
    expect(await full.choose(new Blob(['x']))).toBe('full')
    expect(await without.choose(new Blob(['x']))).toBe('failed')
    await without.forget()
  })

  it('says that a file is none', async () => {
    const applyBackup = () => Promise.reject(new HoldfastError('BACKUP_DAMAGED'))
    expect(await withWorker({ applyBackup }, caches().hand).apply('words')).toEqual({
      type: 'failed',
      code: 'BACKUP_DAMAGED',
    })
  })
})
