/** What sync calls a note and a file. */
export const noteName = (id: string): string => `note/${id}`
export const fileName = (id: string): string => `file/${id}`

/** What the person has chosen is one item. */
export const SETTINGS = 'settings'

/** The id of a note or a file in the name of its item, or undefined where it is of the other kind. */
export const idIn = (kind: 'note' | 'file', name: string): string | undefined =>
  name.startsWith(`${kind}/`) ? name.slice(kind.length + 1) : undefined
