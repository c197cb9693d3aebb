import { crc32, deflateRawSync } from 'node:zlib'
import fc from 'fast-check'
import { zipSync } from 'fflate'
import { describe, expect, it } from 'vitest'
import { toBase64url, utf8 } from '../../../src/base/bytes.ts'
import type { WholeAttachment } from '../../../src/notebook/attachment.ts'
import { fromMarkdown, toMarkdown } from '../../../src/notebook/exchange/front-matter.ts'
import { ImportError, type Imported } from '../../../src/notebook/exchange/imported.ts'
import { fromJson, jsonParts, readJson } from '../../../src/notebook/exchange/json.ts'
import { createZip } from '../../../src/notebook/exchange/zip.ts'
import { cleanTags, type Note, newNote } from '../../../src/notebook/note.ts'
import { readAll, unzip } from './support/reading.ts'

const text = fc.string({ unit: 'grapheme', maxLength: 40 })
const lines = fc.array(fc.oneof(text, fc.constantFrom('---', '# a', 'id: "x"', '\r', '![p](attachment:f0)', '')), {
  maxLength: 6,
})
const time = fc.integer({ min: 0, max: 4_000_000_000_000 })
const note: fc.Arbitrary<Note> = fc.record({
  id: fc.uuid(),
  title: text,
  body: lines.map((all) => all.join('\n')),
  pinned: fc.boolean(),
  tags: fc.array(text, { maxLength: 3 }).map(cleanTags),
  trashedAt: fc.option(time),
  createdAt: time,
  updatedAt: time,
})
const notes = fc.uniqueArray(note, { selector: ({ id }) => id, maxLength: 5 })

/** A zip of one entry, packed by zlib: fflate takes most of ten seconds for what is as large as a bomb. */
const packed = (content: Buffer): Uint8Array => {
  const zip = zipSync({ 'a.md': deflateRawSync(content) }, { level: 0 })
  const view = new DataView(zip.buffer, zip.byteOffset)
  const central = Buffer.from(zip).lastIndexOf('PK\x01\x02', undefined, 'latin1')
  // Method, checksum and length, where the local and the central header have them.
  for (const [method, checksum, length] of [
    [8, 14, 22],
    [central + 10, central + 16, central + 24],
  ] as const) {
    view.setUint16(method, 8, true)
    view.setUint32(checksum, crc32(content), true)
    view.setUint32(length, content.length, true)
  }
  return zip
}

/** Notes with files of some of them. */
const library = notes.chain((all) =>
  fc
    .array(fc.tuple(fc.nat(), text, fc.uint8Array({ maxLength: 300 }), fc.option(fc.nat())), {
      maxLength: all.length === 0 ? 0 : 4,
    })
    .map((files) => ({
      notes: all,
      files: files.map(([of, name, bytes, duration], at): WholeAttachment => {
        const about = { id: `f${at}`, noteId: all[of % all.length]?.id ?? '', name, text: name, duration }
        const whole = new Uint8Array(bytes)
        return { attachment: { ...about, type: 'image/png', size: whole.length, createdAt: at }, bytes: whole }
      }),
    })),
)

const byId = ({ notes: all, files }: Pick<Imported, 'notes' | 'files'>) => ({
  notes: [...all].sort((a, b) => (a.id < b.id ? -1 : 1)),
  files: [...files].sort((a, b) => (a.attachment.id < b.attachment.id ? -1 : 1)),
})

const read = (zip: Uint8Array): Promise<Imported> => readAll(unzip(zip))

const zipOf = ({ notes: all, files }: { notes: readonly Note[]; files: readonly WholeAttachment[] }): Uint8Array => {
  const parts: Uint8Array[] = []
  const zip = createZip((bytes) => parts.push(bytes))
  const listed = files.map(({ attachment }) => attachment)
  for (const one of all) {
    zip.note(
      one,
      listed.filter(({ noteId }) => noteId === one.id),
    )
  }
  for (const file of files) zip.file(file)
  zip.end(listed)
  return new Uint8Array(Buffer.concat(parts))
}

const codeOf = (work: () => unknown): unknown => {
  try {
    work()
    return undefined
  } catch (thrown) {
    return thrown instanceof ImportError ? thrown.code : thrown
  }
}

describe('a note as a Markdown file', () => {
  it('is the same note again, whatever is in it', () => {
    fc.assert(
      fc.property(note, (one) => {
        expect(fromMarkdown(toMarkdown(one), { name: 'other.md', id: 'other', now: 1 })).toEqual(one)
      }),
    )
  })

  it('has its title where that is a line separator of Unicode', () => {
    const one = { ...newNote('a', 1), title: '\u2028 \u2029' }
    expect(fromMarkdown(toMarkdown(one), { name: 'other.md', id: 'other', now: 1 })).toEqual(one)
  })

  it('is taken from other apps: front matter with lists, a heading, or a name alone', () => {
    const named = { name: 'folder/My note.md', id: 'new', now: 5 }
    const theirs = '---\ntitle: Tide pools\ntags:\n  - sea\n  - "low tide"\ndate: 2024-05-01\n---\nText'
    expect(fromMarkdown(theirs, named)).toMatchObject({
      ...{ id: 'new', title: 'Tide pools', body: 'Text', tags: ['low tide', 'sea'] },
      createdAt: Date.UTC(2024, 4, 1),
    })
    expect(fromMarkdown('---\ntags: [a, b]\n---\n', named).tags).toEqual(['a', 'b'])
    expect(fromMarkdown('# Heading\n\nText', named)).toMatchObject({ title: 'Heading', body: 'Text' })
    expect(fromMarkdown('Text', named)).toMatchObject({ title: 'My note', body: 'Text', createdAt: 5 })
  })
})

describe('an export', () => {
  it('as a zip has every note, file, tag and date again', async () => {
    await fc.assert(
      fc.asyncProperty(library, async (all) => {
        const imported = await read(zipOf(all))
        expect(byId(imported)).toEqual(byId(all))
        expect(imported.left).toEqual([])
      }),
    )
  })

  it('as JSON has every note, file, tag and date again', () => {
    fc.assert(
      fc.property(library, (all) => {
        const json = [
          jsonParts.start,
          ...all.notes.map((one, at) => jsonParts.note(one, at === 0)),
          jsonParts.between,
          ...all.files.flatMap((one, at) => [...jsonParts.file(one, at === 0)]),
          jsonParts.end,
        ].join('')
        expect(byId(fromJson(json))).toEqual(byId(all))
      }),
    )
  })
})

describe('an import', () => {
  it('refuses what is no export, or of a newer version, and says which', () => {
    expect(codeOf(() => fromJson('{'))).toBe('IMPORT_DAMAGED')
    expect(codeOf(() => fromJson('[]'))).toBe('IMPORT_UNKNOWN')
    expect(codeOf(() => fromJson('{"format":"holdfast","version":2}'))).toBe('IMPORT_NEWER')
  })

  it('takes the notes of an export beside one that is not of its form', () => {
    const [good, bad] = [fromMarkdown('kelp', { name: 'a', id: 'a', now: 1 }), { id: 1, title: 'Bad' }]
    const text = JSON.stringify({ format: 'holdfast', version: 1, notes: [bad, good], attachments: [{ name: 'x' }] })
    expect(fromJson(text)).toEqual({
      ...{ notes: [good], files: [] },
      left: ['Bad', 'x'].map((name) => ({ name, reason: 'IMPORT_UNREADABLE' })),
    })
  })

  it('refuses a zip that is cut off or changed, and one that holds nothing', () => {
    const zip = zipOf({ notes: [{ ...fromMarkdown('text '.repeat(2000), { name: 'a', id: 'a', now: 1 }) }], files: [] })
    for (const length of [60, zip.length - 30, zip.length - 1]) {
      expect(
        codeOf(() => unzip(zip.slice(0, length))),
        String(length),
      ).toBe('IMPORT_DAMAGED')
    }
    expect(codeOf(() => unzip(utf8('PK no zip at all')))).toBe('IMPORT_DAMAGED')
    const inBody = new Uint8Array(zip)
    inBody.fill(0xff, 60, 90)
    expect(codeOf(() => unzip(inBody))).toBe('IMPORT_DAMAGED')
    const stored = zipSync({ 'a.md': utf8('kelp') }, { level: 0 })
    stored[stored.indexOf(0x6b, 34)] = 0x21
    expect(codeOf(() => unzip(stored))).toBe('IMPORT_DAMAGED')
  })

  it('stops a zip that unfolds to more than a notebook takes', () => {
    const bomb = packed(Buffer.alloc(300 * 1024 ** 2))
    expect(bomb.length).toBeLessThan(4 * 1024 ** 2)
    expect(codeOf(() => unzip(bomb, 16 * 1024))).toBe('IMPORT_TOO_LARGE')
    expect(unzip(packed(Buffer.from('kelp')), 16 * 1024)).toHaveLength(1)
  })

  it('takes front matter of any shape for text, and hangs on none', () => {
    const named = { name: 'a.md', id: 'new', now: 5 }
    const deep = '['.repeat(50_000)
    const heads = [
      `tags: ${deep}${']'.repeat(50_000)}`,
      `tags:\n${'- a\n'.repeat(50_000)}`,
      'tags: {"toString": 1}',
      'title: {"__proto__": {"polluted": true}}',
      '__proto__: 1\nconstructor: 2\ntoString: 3',
      'created: 99999-99-99\nupdated: []\npinned: "true"\ntrashed: {}\nid: 7',
      `title: "${'a'.repeat(100_000)}`,
    ]
    for (const head of heads) {
      const note = fromMarkdown(`---\n${head}\n---\nkelp`, named)
      expect(note).toMatchObject({ id: 'new', body: 'kelp', pinned: false, trashedAt: null, createdAt: 5 })
    }
    expect(Reflect.get({}, 'polluted')).toBeUndefined()
    expect(fromMarkdown(`---\n${'a'.repeat(5_000_000)}\n---\n`, named).title).toBe('a')
  })

  it('reads dates, long titles, sources and tasks as Joplin writes them', () => {
    const text =
      "---\ntitle: >-\n  A title that goes\n  on\nupdated: 2024-05-02 10:00:00Z\ncreated: 2024-05-01 09:30:00Z\nsource: https://example.com/a\ncompleted?: yes\ntags:\n  - 'it''s'\n---\n\nText"
    expect(fromMarkdown(text, { name: 'a.md', id: 'new', now: 5 })).toMatchObject({
      ...{ title: 'A title that goes on', tags: ["it's"] },
      ...{ createdAt: Date.UTC(2024, 4, 1, 9, 30), updatedAt: Date.UTC(2024, 4, 2, 10) },
      body: '- [x] A title that goes on\n\n\nText\n\n<https://example.com/a>',
    })
  })

  it('reads JSON in pieces of any length, whatever its layout', () => {
    fc.assert(
      fc.property(library, fc.integer({ min: 1, max: 40 }), fc.constantFrom(undefined, 2), (all, length, indent) => {
        const attachments = all.files.map(({ attachment, bytes }) => ({ ...attachment, data: [toBase64url(bytes)] }))
        const text = JSON.stringify({ format: 'holdfast', version: 1, notes: all.notes, attachments }, null, indent)
        const reader = readJson()
        for (let at = 0; at < text.length; at += length) reader.push(text.slice(at, at + length))
        expect(byId(reader.end())).toEqual(byId(all))
        const cut = readJson()
        expect(
          codeOf(() => {
            cut.push(text.slice(0, -2))
            cut.end()
          }),
        ).toBe('IMPORT_DAMAGED')
      }),
    )
  })

  it('refuses JSON that is deep, or of wrong types', () => {
    const start = '{"format":"holdfast","version":1,"notes":['
    for (const rest of ['['.repeat(100_000), '{"a":}]}', ']]', '"\\']) {
      expect(
        codeOf(() => fromJson(start + rest)),
        rest.slice(0, 20),
      ).toBe('IMPORT_DAMAGED')
    }
  })

  it('names what it leaves out', async () => {
    const imported = await read(
      zipSync({ 'a.md': utf8('text'), 'photo.raw': new Uint8Array(5), 'folder/': new Uint8Array() }),
    )
    expect(imported.notes.map(({ title, body }) => [title, body])).toEqual([['a', 'text']])
    expect(imported.left).toEqual([{ name: 'photo.raw', reason: 'IMPORT_UNLINKED' }])
  })
})
