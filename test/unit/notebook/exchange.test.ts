import fc from 'fast-check'
import { zipSync } from 'fflate'
import { describe, expect, it } from 'vitest'
import { utf8 } from '../../../src/base/bytes.ts'
import type { WholeAttachment } from '../../../src/notebook/attachment.ts'
import { type FolderFile, type ReadOptions, readFolder } from '../../../src/notebook/exchange/folder.ts'
import { fromMarkdown, toMarkdown } from '../../../src/notebook/exchange/front-matter.ts'
import { ImportError, type Imported } from '../../../src/notebook/exchange/imported.ts'
import { fromJson, jsonParts } from '../../../src/notebook/exchange/json.ts'
import { createZip, readZip } from '../../../src/notebook/exchange/zip.ts'
import { END_WITHIN, findDirectory, readDirectory } from '../../../src/notebook/exchange/zip-directory.ts'
import { cleanTags, type Note } from '../../../src/notebook/note.ts'

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

const options: ReadOptions = {
  newId: () => crypto.randomUUID(),
  now: 1,
  readPages: () => Promise.reject(new Error('There is no page here.')),
  step: () => Promise.resolve(),
}

const together = async (all: AsyncGenerator<Imported>): Promise<Imported> => {
  const parts: Imported[] = []
  for await (const one of all) parts.push(one)
  return {
    notes: parts.flatMap(({ notes: some }) => some),
    files: parts.flatMap(({ files }) => files),
    left: parts.flatMap(({ left }) => left),
  }
}

const unzip = (zip: Uint8Array, piece = 64): readonly FolderFile[] => {
  const reader = readZip()
  for (let at = 0; at < zip.length; at += piece) reader.push(zip.slice(at, at + piece), at + piece >= zip.length)
  const { at, length } = findDirectory(zip.slice(-END_WITHIN))
  return reader.files(readDirectory(zip.slice(at, at + length)))
}

const read = (zip: Uint8Array): Promise<Imported> => together(readFolder(unzip(zip), options))

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
    expect(codeOf(() => fromJson('{"format":"holdfast","version":1,"notes":[{"id":1}],"attachments":[]}'))).toBe(
      'IMPORT_DAMAGED',
    )
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
    const bomb = zipSync({ 'a.md': new Uint8Array(300 * 1024 ** 2) }, { level: 9 })
    expect(bomb.length).toBeLessThan(1024 ** 2)
    expect(codeOf(() => unzip(bomb, 16 * 1024))).toBe('IMPORT_TOO_LARGE')
  })

  it('names what it leaves out', async () => {
    const imported = await read(
      zipSync({ 'a.md': utf8('text'), 'photo.raw': new Uint8Array(5), 'folder/': new Uint8Array() }),
    )
    expect(imported.notes.map(({ title, body }) => [title, body])).toEqual([['a', 'text']])
    expect(imported.left).toEqual([{ name: 'photo.raw', reason: 'IMPORT_UNLINKED' }])
  })
})
