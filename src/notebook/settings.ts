import * as Y from 'yjs'
import type { Update } from './note-document.ts'

// What a person has chosen, whatever the device: one document, of which the map `settings` has a key for each setting. Of two who set
// one at once, one counts, the same everywhere; those of a newer version stay in it, untouched.

const MAP = 'settings'

const own = (bytes: Uint8Array): Update => new Uint8Array(bytes)

const open = (update: Update | undefined): Y.Doc => {
  const document = new Y.Doc({ guid: MAP })
  try {
    if (update !== undefined) Y.applyUpdate(document, update)
  } catch {
    // Damaged: what was chosen is chosen anew.
  }
  return document
}

/** By name: whatever they are, for whoever knows the name to judge. */
export const settingsIn = (update: Update | undefined): ReadonlyMap<string, unknown> =>
  new Map(open(update).getMap(MAP).entries())

const same = (one: unknown, other: unknown): boolean => JSON.stringify(one) === JSON.stringify(other)

/** The document with these settings; undefined where it has them already. */
export const withSettings = (
  update: Update | undefined,
  values: Readonly<Record<string, unknown>>,
): Update | undefined => {
  const document = open(update)
  const map = document.getMap(MAP)
  const changes = Object.entries(values).filter(([name, value]) => !map.has(name) || !same(map.get(name), value))
  if (changes.length === 0) return undefined
  document.transact(() => {
    for (const [name, value] of changes) map.set(name, value)
  })
  return own(Y.encodeStateAsUpdate(document))
}
