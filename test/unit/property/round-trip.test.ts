import fc from 'fast-check'
import { expect } from 'vitest'
import { createExchange } from '../../../src/app/state/exchange.ts'
import { asGiven } from '../../../src/app/state/given.ts'
import { attachmentsStore } from '../../../src/data/attachments-store.ts'
import { notesDatabase } from '../../../src/data/database.ts'
import { importStore } from '../../../src/data/import-store.ts'
import type { WholeAttachment } from '../../../src/notebook/attachment.ts'
import { cleanTags, type Note } from '../../../src/notebook/note.ts'
import { property } from './support/property.ts'
import { anyText } from './support/values.ts'

const text = anyText.map((one) => one.toWellFormed())
/** Every time that a date can tell. */
const moment = fc.integer({ min: -8.64e15, max: 8.64e15 })
const reference = fc.nat({ max: 3 }).map((at) => `![p](attachment:f${at})`)
const lines = fc.array(
  fc.oneof(
    text,
    reference,
    fc.constantFrom('---', '# a', 'id: "x"', '\r', '[a](b.png)', '![[f]]', '<img src="f">', ''),
  ),
  { maxLength: 6 },
)
const note: fc.Arbitrary<Note> = fc.record({
  id: fc.uuid(),
  title: text,
  body: lines.map((all) => all.join('\n')),
  pinned: fc.boolean(),
  tags: fc.array(text, { maxLength: 3 }).map(cleanTags),
  trashedAt: fc.option(moment),
  createdAt: moment,
  updatedAt: moment,
})
const file = fc.record({
  of: fc.nat(),
  name: fc.oneof(text, fc.constantFrom('a.png', 'b.md', 'notes.json', '../x')),
  type: fc.constantFrom('image/png', 'audio/webm;codecs=opus', 'application/pdf', 'text/html', ''),
  bytes: fc.uint8Array({ maxLength: 400 }),
  text,
  duration: fc.option(fc.double({ min: 0, noNaN: true, noDefaultInfinity: true })),
  createdAt: moment,
})

/** Notes with files of some of them. */
const library = fc
  .tuple(fc.uniqueArray(note, { selector: ({ id }) => id, maxLength: 5 }), fc.array(file, { maxLength: 4 }))
  .map(([notes, files]) => ({
    notes,
    files: files.slice(0, notes.length === 0 ? 0 : 4).map(({ of, bytes, ...about }, at): WholeAttachment => {
      const noteId = notes[of % notes.length]?.id ?? ''
      return { attachment: { ...about, id: `f${at}`, noteId, size: bytes.length }, bytes: new Uint8Array(bytes) }
    }),
  }))

const unread = { write: () => Promise.reject(new Error('No page.')), read: () => Promise.reject(new Error('No page.')) }

const openNotebook = () => {
  const database = notesDatabase(crypto.randomUUID())
  const attachments = attachmentsStore(database)
  const store = importStore(database)
  return { database, store, exchange: createExchange({ attachments, store, markup: unread }) }
}

/** All that is kept of notes and their files. */
const everything = async ({ database }: ReturnType<typeof openNotebook>) => ({
  notes: await database.notes.toArray(),
  attachments: await database.attachments.toArray(),
  chunks: (await database.chunks.toArray()).map(({ bytes, ...chunk }) => ({ ...chunk, bytes: [...bytes] })),
})

for (const format of ['markdown', 'json'] as const) {
  property(
    `what is exported as ${format}, wiped and imported is what it was, and comes once however often it is imported`,
    [library],
    async ({ notes, files }) => {
      const [before, after] = [openNotebook(), openNotebook()]
      await before.store.add(notes, files)
      const wanted = await everything(before)
      expect(wanted.notes.length).toBe(notes.length)
      expect(wanted.attachments.length).toBe(files.length)
      const exported = await before.exchange.exportAll(await before.database.notes.toArray(), format)
      await before.database.delete()
      const counted = await after.exchange.importFiles([asGiven(exported.file)])
      expect(counted).toEqual({ added: notes.length, same: 0, copied: 0, left: [], cancelled: false })
      expect(await everything(after)).toEqual(wanted)
      expect(await after.exchange.importFiles([asGiven(exported.file)])).toMatchObject({
        added: 0,
        same: notes.length,
        copied: 0,
      })
      expect(await everything(after)).toEqual(wanted)
      await after.database.delete()
    },
    { oneIn: 10 },
  )
}
