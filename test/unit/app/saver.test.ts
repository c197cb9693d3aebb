import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { createSaver, type Put } from '../../../src/app/state/saver.ts'
import { StorageError } from '../../../src/data/storage-error.ts'
import { newNote } from '../../../src/notebook/note.ts'

const note = (body: string, id = 'a') => ({ ...newNote(id, 1), body })
const full = (): Promise<void> => Promise.reject(new StorageError('STORAGE_FULL'))

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
})

describe('saving', () => {
  it('writes the last text within half a second, however long one types', async () => {
    const put = vi.fn<Put>(() => Promise.resolve())
    const saver = createSaver(put)
    for (let key = 0; key < 20; key++) {
      saver.save(note(`text ${key}`))
      await vi.advanceTimersByTimeAsync(100)
    }
    expect(put.mock.calls.length).toBeGreaterThanOrEqual(4)
    await vi.advanceTimersByTimeAsync(400)
    expect(put.mock.lastCall?.[0]).toEqual([note('text 19')])
  })

  it('says that it saves from the first key until all is stored, without a flicker between', async () => {
    const saver = createSaver(() => Promise.resolve())
    for (let key = 0; key < 5; key++) {
      saver.save(note(`text ${key}`))
      await vi.advanceTimersByTimeAsync(250)
      expect(saver.saving.value).toBe(true)
    }
    await vi.advanceTimersByTimeAsync(250)
    expect(saver.saving.value).toBe(false)
  })

  it('writes in the very turn of a flush, also while another write is under way', () => {
    const put = vi.fn<Put>(() => new Promise<void>(() => undefined))
    const saver = createSaver(put)
    saver.save(note('one'))
    void saver.flush()
    expect(put).toHaveBeenCalledTimes(1)
    saver.save(note('two'))
    void saver.flush()
    expect(put.mock.lastCall?.[0]).toEqual([note('two')])
  })

  it('stores every change, whichever of two writes under way at once is through first', async () => {
    const writes: { readonly end: () => void; readonly updates: readonly Uint8Array[] }[] = []
    const saver = createSaver((_, changes) => {
      const { promise, resolve } = Promise.withResolvers<void>()
      writes.push({ end: resolve, updates: changes.get('a') ?? [] })
      return promise
    })
    const update = (number: number) => new Uint8Array([number])
    saver.save(note('1'), [update(1)])
    const first = saver.flush()
    saver.save(note('12'), [update(2)])
    const second = saver.flush()
    writes[0]?.end()
    await first
    saver.save(note('123'), [update(3)])
    writes[1]?.end()
    await second
    void saver.flush()
    const stored = new Set(writes.flatMap(({ updates }) => updates.map(([number]) => number)))
    expect([...stored]).toEqual([1, 2, 3])
  })

  it('is done once the last text is stored, whichever of two writes under way at once is through first', async () => {
    const ends: (() => void)[] = []
    const saver = createSaver(() => {
      const { promise, resolve } = Promise.withResolvers<void>()
      ends.push(resolve)
      return promise
    })
    saver.save(note('1'), [new Uint8Array([1])])
    const first = saver.flush()
    saver.save(note('2'), [new Uint8Array([2])])
    const second = saver.flush()
    ends[0]?.()
    await first
    expect(saver.holds('a')).toBe(true)
    ends[1]?.()
    await second
    expect(saver.holds('a')).toBe(false)
    await vi.advanceTimersByTimeAsync(400)
    expect(saver.saving.value).toBe(false)
  })

  it('still holds a text that was changed while it was being written', async () => {
    const { promise, resolve } = Promise.withResolvers<void>()
    const saver = createSaver(() => promise)
    saver.save(note('one'))
    const flushed = saver.flush()
    saver.save(note('two'))
    resolve()
    await flushed
    expect(saver.holds('a')).toBe(true)
  })

  it('holds on to what could not be stored, says why, and tries again by itself', async () => {
    const put = vi.fn<Put>(full)
    const saver = createSaver(put)
    saver.save(note('one'))
    await vi.advanceTimersByTimeAsync(250)
    expect(saver.failure.value?.code).toBe('STORAGE_FULL')
    expect(saver.holds('a')).toBe(true)
    expect(saver.saving.value).toBe(true)
    put.mockImplementation(() => Promise.resolve())
    await vi.advanceTimersByTimeAsync(6000)
    expect(saver.failure.value).toBeUndefined()
    expect(saver.holds('a')).toBe(false)
    expect(put.mock.lastCall?.[0]).toEqual([note('one')])
  })

  it('drops what waits of a deleted note', async () => {
    const put = vi.fn<Put>(() => Promise.resolve())
    const saver = createSaver(put)
    saver.save(note('one', 'a'))
    saver.save(note('two', 'b'))
    saver.forget('a')
    await saver.flush()
    expect(put.mock.lastCall?.[0]).toEqual([note('two', 'b')])
  })
})
