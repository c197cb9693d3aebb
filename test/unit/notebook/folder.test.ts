import { zipSync } from 'fflate'
import { describe, expect, it } from 'vitest'
import { utf8 } from '../../../src/base/bytes.ts'
import { withLinks } from '../../../src/notebook/exchange/links.ts'
import { folderOf, readAll, unzip } from './support/reading.ts'

const picture = new Uint8Array([137, 80, 78, 71])

describe('a folder of another app', () => {
  it('becomes notes with the files that they name, as Joplin exports them', async () => {
    const { notes, files, left } = await readAll(
      folderOf({
        'Export/_resources/shore.png': picture,
        'Export/_resources/low tide (1).pdf': picture,
        'Export/_resources/nobody.png': picture,
        'Export/Sea/Kelp.md':
          '---\ntitle: Kelp\ntags:\n  - brown\n---\n\n![A](../_resources/shore.png)\n[B](../_resources/low%20tide%20%281%29.pdf)',
        'Export/Sea/Rock/Pool.md':
          '<img src="../../_resources/shore.png" alt="C" width="10"/>\n[Kelp](../Kelp.md) [x](https://example.com/shore.png)',
        'Export/.DS_Store': 'x',
      }),
    )
    const kelp = notes.find(({ title }) => title === 'Kelp')
    const pool = notes.find(({ title }) => title === 'Pool')
    const idOf = (noteId: string | undefined, name: string) =>
      files.find(({ attachment }) => attachment.noteId === noteId && attachment.name === name)?.attachment.id
    expect(kelp?.body).toBe(
      `\n![A](attachment:${idOf(kelp?.id, 'shore.png')})\n[B](attachment:${idOf(kelp?.id, 'low tide (1).pdf')})`,
    )
    expect(pool?.body).toBe(
      `![C](attachment:${idOf(pool?.id, 'shore.png')})\n[Kelp](../Kelp.md) [x](https://example.com/shore.png)`,
    )
    expect([kelp?.tags, pool?.tags]).toEqual([['brown'], ['Rock']])
    expect(files.map(({ attachment, bytes }) => [attachment.type, bytes])).toEqual([
      ['image/png', picture],
      ['application/pdf', picture],
      ['image/png', picture],
    ])
    expect(left).toEqual([{ name: 'Export/_resources/nobody.png', reason: 'IMPORT_UNLINKED' }])
  })

  it('finds what is embedded by its name alone, and a picture beside a text that names a folder', async () => {
    const { notes, files } = await readAll(
      folderOf({
        'Vault/a.md': '![[shore.png|200]] ![x](images/other.png) [[b]]',
        'Vault/deep/shore.png': picture,
        'Vault/other.png': picture,
      }),
    )
    expect(files.length).toBe(2)
    expect(notes[0]?.body).toMatch(/^!\[shore\.png\]\(attachment:[\w-]+\) !\[x\]\(attachment:[\w-]+\) \[\[b\]\]$/u)
  })

  it('names what it cannot take, takes two files of one name, and lets no path lead out', async () => {
    const zip = zipSync({
      '../../evil.md': utf8('out'),
      '/etc/passwd.md': utf8('out'),
      'C:\\evil.md': utf8('out'),
      'a\u0000.md': utf8('out'),
      'inner.zip': zipSync({ 'a.md': utf8('x') }),
      'no-text.md': new Uint8Array([0xff, 0xfe, 0x00]),
      'notes/a.md': utf8('[x](../../../evil.md) ![y](../../../../shore.png)'),
    })
    const { notes, files, left } = await readAll(unzip(zip))
    expect(notes.map(({ title }) => title)).toEqual(['a'])
    expect(files).toEqual([])
    expect(left).toEqual([
      { name: '../../evil.md', reason: 'IMPORT_NAME' },
      { name: '/etc/passwd.md', reason: 'IMPORT_NAME' },
      { name: 'C:\\evil.md', reason: 'IMPORT_NAME' },
      { name: 'a\u0000.md', reason: 'IMPORT_NAME' },
      { name: 'no-text.md', reason: 'IMPORT_NO_TEXT' },
      { name: 'inner.zip', reason: 'IMPORT_NESTED' },
    ])
    const twice = [...folderOf({ 'a.md': 'one' }), ...folderOf({ 'a.md': 'two' })]
    expect((await readAll(twice)).notes.map(({ body }) => body)).toEqual(['one', 'two'])
  })

  it('takes a note also where a file beside it cannot be read', async () => {
    const broken = { path: 'shore.png', read: () => Promise.reject(new Error('It is gone.')) }
    const { notes, left } = await readAll([...folderOf({ 'a.md': '![x](shore.png)' }), broken])
    expect(notes.length).toBe(1)
    expect(left).toEqual([{ name: 'shore.png', reason: 'IMPORT_UNREADABLE' }])
    expect((await readAll([{ path: 'b.md', read: broken.read }])).left).toEqual([
      { name: 'b.md', reason: 'IMPORT_UNREADABLE' },
    ])
  })

  it('looks for links in a hostile text without end', () => {
    const began = performance.now()
    for (const part of ['[', '![', '[a](', '[a](<', '[a](b"', '![[', '<img ', '<img src="', '](', '(((', '[]([](']) {
      withLinks(part.repeat(200_000), () => undefined)
    }
    expect(performance.now() - began).toBeLessThan(10_000)
  })
})
