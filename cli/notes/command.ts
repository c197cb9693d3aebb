import { displayedTitle } from '../../src/notebook/heading.ts'
import { Failure } from '../failure.ts'
import { readAll } from '../input.ts'
import { forTerminal, plain } from '../plain.ts'
import type { Result } from '../result.ts'
import { withNotes, withReplica } from '../sync/replica.ts'
import { attachFile, fetchFile, filesOf } from './files.ts'
import { add, edit, list, show } from './notebook.ts'

const iso = (time: number): string => new Date(time).toISOString()

const listed = (): Promise<Result> =>
  withNotes((database) => {
    const notes = list(database)
    const lines = notes.map((note) => `${note.id}  ${iso(note.updatedAt)}  ${plain(displayedTitle(note))}`)
    const json = notes.map(({ body: _, ...about }) => about)
    return { json: { notes: json }, text: lines.join('\n') }
  })

const shown = (id: string): Promise<Result> =>
  withNotes((database) => {
    const { text, ...note } = show(database, id)
    return { json: note, text: forTerminal(text.replace(/\n$/u, '')) }
  })

const added = async (): Promise<Result> => {
  const text = await readAll()
  const id = await withNotes((database) => add(database, text, Date.now()))
  return { json: { added: id }, text: id }
}

const edited = async (id: string): Promise<Result> => {
  const text = await readAll()
  if (text === '') throw new Failure('NO_TEXT')
  const changed = await withNotes((database) => edit(database, id, text, Date.now()))
  return { json: { edited: id, changed }, text: changed ? 'Changed. Run: holdfast sync' : 'Nothing is different.' }
}

const files = (id: string): Promise<Result> =>
  withNotes((database) => {
    const found = filesOf(database, id)
    const lines = found.map((file) => `${file.id}  ${iso(file.createdAt)}  ${plain(file.name)}`)
    return { json: { files: found }, text: lines.join('\n') }
  })

const writeOut = (part: Uint8Array): Promise<void> =>
  new Promise((resolve, reject) => {
    process.stdout.write(part, (error) => (error == null ? resolve() : reject(error)))
  })

const got = async (id: string): Promise<Result> => {
  await withReplica((replica) => fetchFile(replica, id, writeOut))
  return { json: undefined, text: '' }
}

const attached = async (id: string, path: string): Promise<Result> => {
  const file = await withReplica((replica) => attachFile(replica, id, path))
  return { json: { attached: file }, text: 'Attached. Run: holdfast sync' }
}

/** By the number of words that follow. */
const actions: Readonly<Record<string, (...words: readonly string[]) => Promise<Result>>> = {
  '0': listed,
  'add 1': added,
  'show 2': (_, id = '') => shown(id),
  'edit 2': (_, id = '') => edited(id),
  'files 2': (_, id = '') => files(id),
  'get 2': (_, id = '') => got(id),
  'attach 3': (_, id = '', path = '') => attached(id, path),
}

export const notes = async (words: readonly string[]): Promise<Result> => {
  const name = [...words.slice(0, 1), words.length].join(' ')
  const action = Object.hasOwn(actions, name) ? actions[name] : undefined
  if (action === undefined) throw new Failure('USAGE')
  return action(...words)
}
