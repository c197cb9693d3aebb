import { signal } from '@preact/signals'
import { describe, expect, it } from 'vitest'
import { createSearch } from '../../../src/app/state/search.ts'
import { factsOf } from '../../../src/notebook/attachment.ts'
import { type Note, newNote } from '../../../src/notebook/note.ts'

const note = (id: string, title: string, body: string, more: Partial<Note> = {}): Note => ({
  ...newNote(id, 1),
  title,
  body,
  ...more,
})

const searching = (start: readonly Note[]) => {
  const notes = signal<readonly Note[]>(start)
  const files = signal(factsOf([]))
  // However slow the machine is: what is left to a little later is done as well.
  const later: (() => void)[] = []
  const search = createSearch(notes, files, (work) => void later.push(work))
  const ids = (query: string): readonly string[] => {
    search.look(query)
    for (let work = later.shift(); work !== undefined; work = later.shift()) work()
    return search.found.value.map(({ id }) => id)
  }
  return { notes, files, search, ids }
}

describe('a search', () => {
  it('finds notes with every word, whatever the case and the accents, in the middle of words too', () => {
    const { ids } = searching([note('a', 'Über das Meer', 'Tang'), note('b', 'Meer', 'Fisch'), note('c', '', '海藻')])
    expect(ids('meer')).toEqual(['a', 'b'])
    expect(ids('uber TANG')).toEqual(['a'])
    expect(ids('isc')).toEqual(['b'])
    expect(ids('meer wal')).toEqual([])
    expect(ids('藻')).toEqual(['c'])
    expect(ids('  ')).toEqual(['a', 'b', 'c'])
  })

  it('puts notes first that have the words in their title', () => {
    const { ids } = searching([note('a', 'Fish', 'about kelp'), note('b', 'Kelp', '')])
    expect(ids('kelp')).toEqual(['b', 'a'])
  })

  it('finds tags, and the text of files', () => {
    const { ids, files } = searching([note('a', 'x', '', { tags: ['tide pool'] }), note('b', 'y', '')])
    expect(ids('#tide')).toEqual(['a'])
    const about = { id: 'f', noteId: 'b', name: 'paper.pdf', type: 'application/pdf', size: 1, createdAt: 1 }
    files.value = factsOf([{ ...about, text: 'Holdfasts of Laminaria', duration: null }])
    expect(ids('laminaria')).toEqual(['b'])
    expect(ids('paper.pdf')).toEqual(['b'])
  })

  it('keeps the order while a query grows, shrinks and takes another word', () => {
    const list = [
      note('a', 'Kelp', 'fish'),
      note('b', '', 'kelp fish'),
      note('c', 'Fish', 'kelp'),
      note('d', 'x', 'kel'),
    ]
    const { ids } = searching(list)
    expect(ids('k')).toEqual(['a', 'b', 'c', 'd'])
    expect(ids('kelp')).toEqual(['a', 'b', 'c'])
    expect(ids('kelp fi')).toEqual(['a', 'b', 'c'])
    expect(ids('fi')).toEqual(['c', 'a', 'b'])
    expect(ids('kel')).toEqual(['a', 'b', 'c', 'd'])
  })

  it('shows the first of many hits at once and the others a little later', () => {
    const later: (() => void)[] = []
    const many = Array.from({ length: 3000 }, (_, at) =>
      note(`n${at}`, at === 0 ? 'kelp' : '', `${'water '.repeat(3000)}kelp`),
    )
    const search = createSearch(signal(many), undefined, (work) => later.push(work))
    while (later.length > 0) later.shift()?.()
    search.look('kelp')
    expect(search.isReady.value).toBe(false)
    expect(search.found.value[0]?.id).toBe('n0')
    expect(search.found.value.length).toBeLessThan(3000)
    while (later.length > 0) later.shift()?.()
    expect(search.isReady.value).toBe(true)
    expect(search.found.value).toEqual(many)
  })

  it('takes in a long text piece by piece, and finds what stands over an edge', () => {
    const later: (() => void)[] = []
    const body = `${'🌊 '.repeat(200_000)}a${'holdfast'.repeat(100_000)}`
    const notes = signal<readonly Note[]>([note('a', 'x', body)])
    const search = createSearch(notes, undefined, (work) => later.push(work))
    while (later.length > 0) later.shift()?.()
    for (const query of ['ahold', 'fasth', '🌊', 'holdfastholdfast']) {
      search.look(query)
      expect(search.found.value.map(({ id }) => id)).toEqual(['a'])
    }
    notes.value = [note('a', 'x', `${body}tide`)]
    notes.value = []
    while (later.length > 0) later.shift()?.()
    expect(search.isReady.value).toBe(true)
    expect(search.found.value).toEqual([])
  })

  it('follows what is changed, removed and put in the trash', () => {
    const { notes, ids, search } = searching([note('a', 'old', ''), note('b', 'other', '')])
    notes.value = [note('a', 'new', ''), note('b', 'other', '')]
    expect(ids('old')).toEqual([])
    expect(ids('new')).toEqual(['a'])
    notes.value = [note('a', 'new', '', { trashedAt: 5 })]
    expect(ids('new')).toEqual([])
    expect(ids('other')).toEqual([])
    search.narrow({ trash: true })
    expect(ids('new')).toEqual(['a'])
  })

  it('takes many notes in a little at a time, and says when it has them all', () => {
    const later: (() => void)[] = []
    const many = Array.from({ length: 5000 }, (_, at) =>
      note(`n${at}`, at === 0 ? 'kelp' : `title ${at}`, 'kelp '.repeat(400)),
    )
    const search = createSearch(signal(many), undefined, (work) => later.push(work))
    expect(search.isReady.value).toBe(false)
    search.look('kelp')
    const first = search.found.value.length
    expect(first).toBeGreaterThan(0)
    expect(first).toBeLessThan(5000)
    while (later.length > 0) later.shift()?.()
    expect(search.isReady.value).toBe(true)
    expect(search.found.value).toHaveLength(5000)
  })
})
