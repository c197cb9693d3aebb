/** One thing that Joplin keeps: a title and a text, and below them what it is. */
export type JoplinItem = {
  readonly kind: 'note' | 'folder' | 'resource' | 'tag' | 'note-tag' | 'other'
  readonly title: string
  readonly body: string
  /** What stands below, by its names; an empty text where it is not there. */
  fact(name: string): string
}

/** The numbers by which Joplin tells its items apart (`type_`). */
const kinds: ReadonlyMap<string, JoplinItem['kind']> = new Map([
  ['1', 'note'],
  ['2', 'folder'],
  ['4', 'resource'],
  ['5', 'tag'],
  ['6', 'note-tag'],
])

const factsIn = (tail: string): ReadonlyMap<string, string> | undefined => {
  const facts = new Map<string, string>()
  for (const line of tail.split('\n')) {
    const [, name, value = ''] = /^([a-z_]{1,100}):(?: (.*))?$/u.exec(line.trimEnd()) ?? []
    if (name === undefined) return undefined
    facts.set(name, value)
  }
  return facts
}

/** Reads an item as Joplin writes it: title, text and facts, with an empty line between them. Undefined where it is none. */
export const readItem = (text: string): JoplinItem | undefined => {
  const whole = text.trimEnd()
  const cut = whole.lastIndexOf('\n\n')
  const facts = factsIn(whole.slice(cut < 0 ? 0 : cut + 2))
  const type = facts?.get('type_')
  if (facts === undefined || type === undefined) return undefined
  const head = cut < 0 ? '' : whole.slice(0, cut)
  const end = head.indexOf('\n')
  return {
    kind: kinds.get(type) ?? 'other',
    title: end < 0 ? head : head.slice(0, end),
    body: end < 0 ? '' : head.slice(end + 1).replace(/^\n/u, ''),
    fact: (name) => facts.get(name) ?? '',
  }
}
