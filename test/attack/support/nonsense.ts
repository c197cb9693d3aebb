import * as Y from 'yjs'
import { type Bytes, utf8 } from '../../../src/base/bytes.ts'
import type { SecondDevice } from '../../support/second-device.ts'

const stateOf = (doc: Y.Doc): Bytes => new Uint8Array(Y.encodeStateAsUpdate(doc))

/** A note as no writer of this project makes it. */
const document = (title: string, marks: Readonly<Record<string, unknown>>, more?: (doc: Y.Doc) => void): Bytes => {
  const doc = new Y.Doc()
  doc.getText('title').insert(0, title)
  doc.getText('body').insert(0, `found ${title}`)
  for (const [name, value] of Object.entries(marks)) doc.getMap('marks').set(name, value)
  more?.(doc)
  return stateOf(doc)
}

const withPieces = (doc: Y.Doc): void => {
  const text = doc.getText('body')
  text.insertEmbed(0, { src: 'x', onerror: 'pwned' })
  text.format(0, 3, { href: 'javascript:pwned' })
}

const noTexts = (): Bytes => {
  const doc = new Y.Doc()
  // With no title at all it would go as an empty note does.
  doc.getText('title').insert(0, 'no text below')
  doc.getArray('body').push([{ toString: 'x' }])
  doc.getText('marks').insert(0, 'found no map')
  return stateOf(doc)
}

const far = 1e300

/** Documents that can be read, and say what nobody can mean. */
const strange = (): readonly (readonly [id: string, body: Bytes])[] => [
  [crypto.randomUUID(), document('far off', { createdAt: far, updatedAt: far })],
  [crypto.randomUUID(), document('long ago', { createdAt: -far, updatedAt: -far, pinned: 'yes', trashedAt: 'now' })],
  [crypto.randomUUID(), document('thrown away for ever', { trashedAt: far })],
  [crypto.randomUUID(), document('tagged', { 'tag:__proto__': true, 'tag:constructor': true })],
  [crypto.randomUUID(), document('in pieces', {}, withPieces)],
  [crypto.randomUUID(), noTexts()],
  ['constructor', document('named like a member', {})],
  ['<img src=x onerror=pwned>', document('named like markup', {})],
]

const garbage = [utf8('no update'), new Uint8Array(8).fill(255), new Uint8Array()]

/** How many records of it are none that can be read. */
export const unreadable = 2 * garbage.length + 5

/**
 * Sends what no device of this project sends, signed and sealed as it has to be, by a device that is in. `payloads`: texts that
 * would like to be markup.
 */
export const sendNonsense = async (other: SecondDevice, payloads: readonly string[]): Promise<void> => {
  const [existing = ''] = Object.keys(other.texts())
  for (const [id, body] of strange()) await other.send('changes', `note/${id}`, body)
  for (const item of [existing, `note/${crypto.randomUUID()}`]) {
    for (const body of garbage) await other.send('changes', item, body)
  }
  for (const item of ['note/', 'settings', '__proto__', 'file/x', 'x'.repeat(900)]) {
    await other.send('changes', item, utf8('nothing'))
  }
  for (const item of ['file/', 'file/garbage', 'note/x', 'constructor']) {
    await other.send('file', item, utf8('no manifest'))
  }
  const note = existing.replace('note/', '')
  for (const [at, name] of payloads.slice(0, 3).entries()) {
    const media = ['text/html', 'image/svg+xml', 'image/png'][at] ?? ''
    await other.attach(`file-${at}`, note, { name, media, bytes: utf8(name), createdAt: far })
  }
}
