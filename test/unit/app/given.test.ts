import { describe, expect, it } from 'vitest'
import { type Dragged, readDropped } from '../../../src/app/state/given.ts'

type Tree = { readonly [name: string]: string | Tree | Error }

type Entry = Pick<FileSystemEntry, 'fullPath' | 'isDirectory' | 'isFile'>

/** An entry as browsers give them: folders some entries at a time. */
const entryOf = (fullPath: string, content: string | Tree | Error): Entry => {
  const about = { fullPath, isFile: true, isDirectory: false }
  const name = fullPath.slice(fullPath.lastIndexOf('/') + 1)
  if (content instanceof Error)
    return Object.assign(about, { file: (_: unknown, fail: (thrown: Error) => void) => fail(content) })
  if (typeof content === 'string')
    return Object.assign(about, { file: (done: (file: File) => void) => done(new File([content], name)) })
  const inner = Object.entries(content).map(([key, value]) => entryOf(`${fullPath}/${key}`, value))
  const createReader = () => {
    const rest = [...inner]
    return { readEntries: (done: (some: readonly Entry[]) => void) => done(rest.splice(0, 2)) }
  }
  return Object.assign(about, { isFile: false, isDirectory: true, createReader })
}

const dropped = (tree: Tree): Dragged => {
  const text = { kind: 'string', webkitGetAsEntry: () => null }
  const items = Object.entries(tree).map(([name, content]) => {
    const entry = entryOf(`/${name}`, content)
    return { kind: 'file', webkitGetAsEntry: () => entry }
  })
  return { items: [text, ...items], files: [] }
}

describe('what is dropped on the page', () => {
  it('is every file in it, in folders of any depth, with its place', async () => {
    const { given, left } = await readDropped(
      dropped({
        Export: { 'a.md': 'a', Sea: { 'b.md': 'b', Rock: { 'c.md': 'c', 'd.png': 'd', 'e.md': 'e' } } },
        'f.md': 'f',
      }),
    )
    const read = await Promise.all(given.map(async ({ path, file }) => [path, await file.text()]))
    expect(read.sort()).toEqual([
      ['Export/Sea/Rock/c.md', 'c'],
      ['Export/Sea/Rock/d.png', 'd'],
      ['Export/Sea/Rock/e.md', 'e'],
      ['Export/Sea/b.md', 'b'],
      ['Export/a.md', 'a'],
      ['f.md', 'f'],
    ])
    expect(left).toEqual([])
  })

  it('comes without what the system does not let anyone read, which is named', async () => {
    const { given, left } = await readDropped(
      dropped({ Notes: { 'a.md': 'a', 'b.md': new Error('NotReadableError') } }),
    )
    expect(given.map(({ path }) => path)).toEqual(['Notes/a.md'])
    expect(left).toEqual([{ name: 'Notes/b.md', reason: 'IMPORT_UNREADABLE' }])
  })

  it('is a file that is in no folder, as other programs hand them over', async () => {
    const file = new File(['x'], 'x.md')
    const data = { items: [{ kind: 'file', webkitGetAsEntry: () => null }], files: [file] }
    expect((await readDropped(data)).given).toEqual([{ path: 'x.md', file }])
  })
})
