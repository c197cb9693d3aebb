import { writeFileSync } from 'node:fs'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { lineSplices } from '../../../cli/notes/line-splices.ts'
import { fromText, toText } from '../../../cli/notes/markdown.ts'
import { add, edit, list, show } from '../../../cli/notes/notebook.ts'
import { openDatabase } from '../../../cli/sync/database.ts'
import { noteOf, takeNote, updatesOf } from '../../../cli/sync/items.ts'
import { openDocument } from '../../../src/notebook/note-document.ts'
import { property } from '../property/support/property.ts'
import { history, live, startReplicas } from '../property/support/replicas.ts'
import { anyText } from '../property/support/values.ts'
import { createMemoryStore } from '../sync/support/replica.ts'
import { startSite } from '../sync/support/site.ts'
import { createKept } from './support/kept.ts'

const lines = fc
  .array(fc.oneof(anyText, fc.constantFrom('# ', '# a', '', '\n', '\r\n', ' ', 'the same')), { maxLength: 8 })
  .map((all) => all.join('\n'))

property('a note that is shown and given back is the same note', [anyText, lines], (title, body) => {
  expect(fromText(toText({ title, body }), { title, body })).toEqual({ title, body })
})

property('the places where texts differ make the one of the other', [lines, lines], (before, after) => {
  let text = before
  for (const { at, removed, inserted } of lineSplices(before, after).toReversed()) {
    text = text.slice(0, at) + inserted + text.slice(at + removed)
  }
  expect(text).toBe(after)
})

test('a text that is edited in two places keeps what others write between them', () => {
  const database = openDatabase(':memory:')
  const id = add(database, '# Tides\n\none\ntwo\nthree\nfour\nfive\n', 1)
  const { text } = show(database, id)
  // As another device has it, whose change has come meanwhile.
  const other = openDocument(updatesOf(database, id)).edit({ body: 'one\ntwo\nTHREE\nfour\nfive' })
  takeNote(database, id, [{ body: other ?? new Uint8Array(), isRecalled: false }], 2)
  edit(database, id, text.replace('one', 'ONE').replace('five', 'FIVE'), 3)
  expect(noteOf(database, id)).toMatchObject({ title: 'Tides', body: 'ONE\ntwo\nTHREE\nfour\nFIVE' })
  expect(edit(database, id, show(database, id).text, 4)).toBe(false)
  expect(list(database)).toHaveLength(1)
})

test.each([
  ['NOTES_NEWER', (path: string) => new DatabaseSync(path).exec('pragma user_version = 99')],
  ['NOTES_UNREADABLE', (path: string) => writeFileSync(path, 'no database, '.repeat(100))],
])('a file that it cannot read stays as it is: %s', async (code, spoil) => {
  const folder = await mkdtemp(join(tmpdir(), 'holdfast-notes-'))
  const path = join(folder, 'notes.sqlite')
  spoil(path)
  const before = await readFile(path)
  expect(() => openDatabase(path)).toThrow(expect.objectContaining({ code }))
  expect(await readFile(path)).toEqual(before)
  await rm(folder, { recursive: true })
})

property(
  'replicas of the command line and of the worker’s kind end alike, with every letter, whatever befalls them',
  [fc.integer({ min: 2, max: 4 }), history],
  async (count, steps) => {
    const site = await startSite(Array.from({ length: count }, (_, at) => `Device ${at}`))
    const transportOf = (at: number) => site.server.as(site.devices[at]?.id ?? new Uint8Array())
    const replicas = startReplicas(site.devices, transportOf, (onCommit, at) =>
      at % 2 === 0 ? createKept(onCommit) : createMemoryStore(onCommit),
    )
    await live(replicas, steps)
  },
  { oneIn: 20, atLeast: 500, number: 80 },
)
