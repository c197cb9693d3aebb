import type { DBCore, DBCoreMutateRequest, DBCoreTransaction, Dexie } from 'dexie'
import { fileName, noteName, SETTINGS } from '../notebook/item-name.ts'

/** That something is not as it was when it was last handed on. A new stamp each time, so that a change meanwhile is not lost. */
export type ChangedRow = { readonly name: string; readonly stamp: number }

/** The row of what the person has chosen, in the table of settings. */
export const PERSON = 'person'

/** A number that no other has, of 53 random bits. */
export const newStamp = (): number => {
  const [high = 0, low = 0] = crypto.getRandomValues(new Uint32Array(2))
  return (high % 2 ** 21) * 2 ** 32 + low
}

const keyOf = (value: unknown, key: string): string => String(Reflect.get(Object(value), key))

/** The items that a write touches. What is only left out of the changes of a note, to make one of many, touches none. */
const namesOf = (table: string, request: DBCoreMutateRequest): readonly string[] => {
  const values: readonly unknown[] = request.type === 'put' || request.type === 'add' ? request.values : []
  const keys: readonly unknown[] = request.type === 'delete' ? request.keys : []
  if (table === 'updates') return values.map((value) => noteName(keyOf(value, 'noteId')))
  if (table === 'settings') return values.some((value) => keyOf(value, 'name') === PERSON) ? [SETTINGS] : []
  const nameOf = table === 'notes' ? noteName : fileName
  return [...values.map((value) => keyOf(value, 'id')), ...keys.map(String)].map(nameOf)
}

const watched: readonly string[] = ['notes', 'updates', 'attachments', 'settings']

/**
 * Whatever writes a note, a file or what the person has chosen, in whatever tab and by whatever way, notes its name in the same transaction. Transactions over
 * `synced` are those of sync itself, which knows what it does.
 */
export const trackChanges = (database: Dexie): void => {
  database.use({
    stack: 'dbcore',
    name: 'changed',
    create: (core: DBCore): DBCore => {
      // Older versions of the schema, which are gone through on the way to this one, have no such table.
      if (!core.schema.tables.some(({ name }) => name === 'changed')) return core
      const changed = core.table('changed')
      const own = new WeakSet<DBCoreTransaction>()
      return {
        ...core,
        transaction(stores, mode, options) {
          const isOwn = stores.includes('synced')
          const marks = mode === 'readwrite' && !isOwn && stores.some((name) => watched.includes(name))
          const transaction = core.transaction(marks ? [...new Set([...stores, 'changed'])] : stores, mode, options)
          if (isOwn) own.add(transaction)
          return transaction
        },
        table(name) {
          const table = core.table(name)
          if (!watched.includes(name)) return table
          return {
            ...table,
            // Both are asked for in this turn: a page that is going away may have no other.
            mutate(request) {
              const done = table.mutate(request)
              const names = own.has(request.trans) ? [] : [...new Set(namesOf(name, request))]
              if (names.length === 0) return done
              const values = names.map((one): ChangedRow => ({ name: one, stamp: newStamp() }))
              const marked = changed.mutate({ type: 'put', trans: request.trans, values })
              return done.then((result) => marked.then(() => result))
            },
          }
        },
      }
    },
  })
}
