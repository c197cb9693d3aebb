import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { concat, utf8 } from '../../../src/base/bytes.ts'
import { readJex } from '../../../src/notebook/exchange/jex.ts'
import { readItem } from '../../../src/notebook/exchange/joplin-item.ts'
import { listTar } from '../../../src/notebook/exchange/tar.ts'
import { item, tarEntry, tarOf } from '../../support/jex.ts'
import { readOptions, together } from './support/reading.ts'

const readable = (bytes: Uint8Array) => ({
  size: bytes.length,
  read: async (at: number, length: number) => new Uint8Array(bytes.slice(at, at + length)),
})
const read = (bytes: Uint8Array, options = readOptions) => together(readJex(readable(bytes), 'my.jex', options))

const id = (digit: string): string => digit.repeat(32)
const picture = new Uint8Array([137, 80, 78, 71])
const note = (title: string, body: string, facts: Readonly<Record<string, string>> = {}): string =>
  item({ title, body, type: 1, facts: { id: id('a'), parent_id: id('f'), ...facts } })

const whole = () =>
  tarOf({
    [`${id('e')}.md`]: item({ title: 'Sea', type: 2, facts: { id: id('e'), parent_id: '' } }),
    [`${id('f')}.md`]: item({ title: 'Pools', type: 2, facts: { id: id('f'), parent_id: id('e') } }),
    [`${id('a')}.md`]: note('Kelp', `Brown\n\n![](:/${id('1')})\n[map](:/${id('2')}) [other](:/${id('b')})`, {
      user_created_time: '2024-05-01T09:30:00.000Z',
      user_updated_time: '2024-05-02T10:00:00.000Z',
      source_url: 'https://example.com/kelp',
    }),
    [`${id('b')}.md`]: note('Task', '', {
      id: id('b'),
      parent_id: id('e'),
      is_todo: '1',
      todo_completed: '1714555800000',
    }),
    [`${id('3')}.md`]: item({ title: 'low tide', type: 5, facts: { id: id('3') } }),
    [`${id('4')}.md`]: item({ type: 6, facts: { id: id('4'), note_id: id('a'), tag_id: id('3') } }),
    [`${id('1')}.md`]: item({ title: 'shore.png', type: 4, facts: { id: id('1'), mime: 'image/png' } }),
    [`${id('2')}.md`]: item({ title: 'map', type: 4, facts: { id: id('2'), mime: 'application/pdf' } }),
    [`resources/${id('1')}.png`]: picture,
    [`resources/${id('2')}.pdf`]: utf8('%PDF'),
  })

describe('a JEX file of Joplin', () => {
  it('becomes notes with their files, tags, folders, dates, tasks and sources', async () => {
    const { notes, files, left } = await read(whole())
    expect(left).toEqual([])
    const [kelp, task] = notes
    const of = (name: string) => files.find(({ attachment }) => attachment.name === name)
    expect(kelp).toMatchObject({
      ...{ title: 'Kelp', tags: ['low tide', 'Pools'], pinned: false, trashedAt: null },
      ...{ createdAt: Date.UTC(2024, 4, 1, 9, 30), updatedAt: Date.UTC(2024, 4, 2, 10) },
      body: `Brown\n\n![](attachment:${of('shore.png')?.attachment.id})\n[map](attachment:${of('map.pdf')?.attachment.id}) [other](:/${id('b')})\n\n<https://example.com/kelp>`,
    })
    expect(task).toMatchObject({ title: 'Task', body: '- [x] Task', tags: [] })
    expect(files.map(({ attachment, bytes }) => [attachment.noteId, attachment.type, bytes])).toEqual([
      [kelp?.id, 'image/png', picture],
      [kelp?.id, 'application/pdf', utf8('%PDF')],
    ])
  })

  it('has a text again as it was, whatever is in it', () => {
    const line = fc.string({ unit: 'grapheme', maxLength: 30 }).map((text) => text.replace(/[\n\r]/gu, ' '))
    const body = fc.array(fc.oneof(line, fc.constantFrom('', 'type_: 2', 'id: x')), { maxLength: 6 })
    fc.assert(
      fc.property(
        line,
        body.map((lines) => lines.join('\n')),
        (title, text) => {
          expect(readItem(note(title, text))).toMatchObject({ kind: 'note', title, body: text })
        },
      ),
    )
  })

  it('makes pages Markdown, and puts into the trash what lay there', async () => {
    const html = `<p><img src=":/${id('1')}"/></p>`
    const seen: string[] = []
    const tar = tarOf({
      [`${id('a')}.md`]: note('Page', html, { markup_language: '2', deleted_time: '1714555800000' }),
      [`resources/${id('1')}.png`]: picture,
    })
    const { notes, files, left } = await read(tar, {
      ...readOptions,
      readPages: async (page) => {
        seen.push(page)
        return [{ markdown: 'read', about: undefined, embedded: [] }]
      },
    })
    expect(seen).toEqual([`<p><img src="attachment:${files[0]?.attachment.id}"/></p>`])
    expect(notes).toMatchObject([{ title: 'Page', body: 'read', trashedAt: 1_714_555_800_000 }])
    expect(files[0]?.attachment).toMatchObject({ noteId: notes[0]?.id, name: `${id('1')}.png`, type: 'image/png' })
    expect(left).toEqual([])
  })

  it('takes what it can of a hostile one, and names the rest', async () => {
    const tar = concat(
      tarEntry(`../../${id('c')}.md`, note('Out', 'x')),
      tarEntry('/etc/passwd.md', note('Out', 'x')),
      tarEntry('link.md', '', { type: '2' }),
      tarEntry('folder/', '', { type: '5' }),
      tarEntry('plain.md', 'Only a text'),
      tarEntry('no-id.md', item({ title: 'No id', body: 'still here', type: 1, facts: {} })),
      tarEntry('tag.md', item({ title: 'No id', type: 5, facts: {} })),
      tarEntry('revision.md', item({ type: 13, facts: { id: id('9') } })),
      tarEntry(`${id('8')}.md`, note('Secret', '', { id: id('8'), encryption_applied: '1' })),
      tarEntry('binary.md', new Uint8Array([0, 255])),
      tarEntry(`${id('7')}.md`, note('Lost', `![](:/${id('6')})`, { parent_id: id('7') })),
      tarEntry(`${id('6')}.md`, item({ title: 'gone.png', type: 4, facts: { id: id('6') } })),
      // Each in the other.
      tarEntry(`${id('d')}.md`, item({ title: 'D', type: 2, facts: { id: id('d'), parent_id: id('e') } })),
      tarEntry(`${id('e')}.md`, item({ title: 'E', type: 2, facts: { id: id('e'), parent_id: id('d') } })),
      tarEntry(`${id('2')}.md`, note('Round', '', { id: id('2'), parent_id: id('d') })),
      tarEntry('resources/nobody.png', picture),
      new Uint8Array(1024),
    )
    const { notes, files, left } = await read(tar)
    expect(notes.map(({ title, tags }) => [title, tags])).toEqual([
      ['No id', []],
      ['Lost', []],
      ['Round', ['D', 'E']],
    ])
    expect(files).toEqual([])
    expect(left.map(({ name, reason }) => `${name} ${reason}`)).toEqual([
      `../../${id('c')}.md IMPORT_NAME`,
      '/etc/passwd.md IMPORT_NAME',
      'link.md IMPORT_UNREADABLE',
      'plain.md IMPORT_UNKNOWN',
      'tag.md IMPORT_UNREADABLE',
      'revision.md IMPORT_UNLINKED',
      'binary.md IMPORT_UNKNOWN',
      'Secret IMPORT_UNREADABLE',
      'Lost / gone.png IMPORT_UNREADABLE',
      'resources/nobody.png IMPORT_UNLINKED',
    ])
  })

  it('keeps what comes before the place where it is cut off, changed, or claims to be huge', async () => {
    const first = tarEntry(`${id('a')}.md`, note('First', 'kept'))
    const second = tarEntry('second.md', note('Second', 'x'.repeat(2000)))
    const changed = new Uint8Array(second)
    changed[0] = 0x21
    const cases: readonly (readonly [bytes: Uint8Array, name: string, reason: string])[] = [
      [second.slice(0, 1024), 'my.jex / second.md', 'IMPORT_CUT_OFF'],
      [second.slice(0, 300), 'my.jex', 'IMPORT_CUT_OFF'],
      [new Uint8Array(), 'my.jex', 'IMPORT_CUT_OFF'],
      [changed, 'my.jex', 'IMPORT_DAMAGED'],
      [tarEntry('huge.md', '', { size: '77777777777' }), 'my.jex / huge.md', 'IMPORT_CUT_OFF'],
      [tarEntry('huge.md', '', { size: '-1' }), 'my.jex', 'IMPORT_DAMAGED'],
      [tarEntry('huge.md', '', { size: '\u0080' }), 'my.jex', 'IMPORT_DAMAGED'],
    ]
    for (const [rest, name, reason] of cases) {
      const { notes, left } = await read(concat(first, rest))
      expect(notes.map(({ title, body }) => [title, body])).toEqual([['First', 'kept']])
      expect(left).toEqual([{ name, reason }])
    }
    expect(await read(utf8('no tar '.repeat(200)))).toEqual({
      notes: [],
      files: [],
      left: [{ name: 'my.jex', reason: 'IMPORT_DAMAGED' }],
    })
  })

  it('is not taken where it is larger than an import may be, in bytes or in files', async () => {
    const step = () => Promise.resolve()
    const window = concat(...Array.from({ length: 512 }, () => tarEntry('a', '')))
    const many = { size: 512 * 200_000, read: async (_: number, length: number) => window.slice(0, length) }
    await expect(listTar(many, step)).rejects.toMatchObject({ code: 'IMPORT_TOO_LARGE' })
    const large = { size: 2 * 1024 ** 3, read: () => Promise.reject(new Error('Nobody may ask.')) }
    await expect(together(readJex(large, 'my.jex', readOptions))).rejects.toMatchObject({ code: 'IMPORT_TOO_LARGE' })
  })

  it('reads any bytes to an end', async () => {
    const good = whole()
    await fc.assert(
      fc.asyncProperty(fc.nat(good.length - 1), fc.integer({ min: 0, max: 255 }), async (at, byte) => {
        const changed = new Uint8Array(good)
        changed[at] = byte
        const { notes, left } = await read(changed)
        expect(notes.length + left.length).toBeGreaterThan(0)
      }),
    )
  })
})
