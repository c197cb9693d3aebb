import { type Note, unmarked } from './note.ts'
import { foundingUpdate, mergeUpdates, type Update } from './note-document.ts'
import { goneUpdate, noSnapshot, openSynced } from './note-sync.ts'

// What sync makes of a note, wherever that is kept.

/** `snapshot`: which changes others have; `isGone`: it was removed for good, and does not come back. */
export type HandedOn = { readonly snapshot: Update; readonly isGone: boolean }

/** What is here of a note. `isChanged`: it was changed, and that is not handed on. */
export type NoteHere = {
  readonly row: Note | undefined
  readonly handedOn: HandedOn | undefined
  readonly isChanged: boolean
  readonly updates: readonly Update[]
}

const foundationOf = (row: Note | undefined, updates: readonly Update[]): readonly Update[] =>
  row !== undefined && updates.length === 0 ? [foundingUpdate({ ...unmarked, ...row })] : []

/** The document of a note; where it has no changes yet, those that its row makes. `added`: what is to be stored of it. */
const documentOf = (row: Note, updates: readonly Update[]) => {
  const foundation = foundationOf(row, updates)
  const document = openSynced([...updates, ...foundation])
  const times = document.tell({ createdAt: row.createdAt, updatedAt: row.updatedAt })
  if (foundation.length > 0) return { document, added: [document.state()] }
  return { document, added: times === undefined ? [] : [times] }
}

/** The whole of a note as one change. `added`: what is to be stored of it. */
export const wholeNote = (row: Note, updates: readonly Update[]) => {
  const { document, added } = documentOf(row, updates)
  return { body: document.state(), added }
}

export type Offer = HandedOn & { readonly body: Update }

/** What others have not got of a note; undefined where that is nothing. `now`: of one that was removed. `added`: to be stored. */
export const offerOf = (
  { row, handedOn, updates }: NoteHere,
  now: number,
): { readonly offer: Offer | undefined; readonly added: readonly Update[] } => {
  if (row === undefined) {
    // Nobody else has it, or everybody knows that it is gone.
    if (handedOn === undefined || handedOn.isGone) return { offer: undefined, added: [] }
    return { offer: { body: goneUpdate(now), snapshot: noSnapshot, isGone: true }, added: [] }
  }
  const { document, added } = documentOf(row, updates)
  const body = document.changesSince(handedOn?.snapshot)
  return { offer: body === undefined ? undefined : { body, snapshot: document.snapshot(), isGone: false }, added }
}

/** `isRecalled`: this device has sent it itself, and forgotten that. */
export type ComingChange = { readonly body: Update; readonly isRecalled: boolean }

export type Taken = {
  readonly updates: readonly Update[]
  readonly row: Note
  readonly handedOn: HandedOn | undefined
}

/**
 * What a note becomes by what came; undefined where it stays as it is, `gone` where it was removed for good. `now`: where nobody has
 * told its times.
 */
export const takenInto = (
  id: string,
  { row, handedOn, isChanged, updates }: NoteHere,
  changes: readonly ComingChange[],
  now: number,
): Taken | 'gone' | undefined => {
  if (handedOn?.isGone === true) return undefined
  // It was here, and was removed here: that stays so.
  const wasRemoved = row === undefined && (handedOn !== undefined || isChanged)
  const usable = changes.filter(({ isRecalled }) => !(isRecalled && wasRemoved)).map(({ body }) => body)
  const coming = usable.length > 1 ? mergeUpdates(usable) : usable[0]
  if (coming === undefined) return undefined
  const foundation = foundationOf(row, updates)
  const document = openSynced([...updates, ...foundation, coming])
  if (document.isGone()) return 'gone'
  const times = document.times() ?? { createdAt: row?.createdAt ?? now, updatedAt: row?.updatedAt ?? now }
  const updatedAt = Math.max(times.updatedAt, row?.updatedAt ?? 0)
  return {
    updates: [...foundation, coming],
    row: { ...row, id, ...document.content(), createdAt: times.createdAt, updatedAt },
    handedOn: isChanged ? undefined : { snapshot: document.snapshot(), isGone: false },
  }
}

/** What a note becomes by that of a backup; undefined where that brings nothing. `now`: where nobody has told its times. */
export const restoredInto = (
  id: string,
  row: Note | undefined,
  before: readonly Update[],
  body: Update,
  now: number,
): Pick<Taken, 'updates' | 'row'> | undefined => {
  const foundation = foundationOf(row, before)
  const known = openSynced([...before, ...foundation]).snapshot()
  const document = openSynced([...before, ...foundation, body])
  if (document.isGone() || document.changesSince(known) === undefined) return undefined
  const times = document.times() ?? { createdAt: row?.createdAt ?? now, updatedAt: row?.updatedAt ?? now }
  return { updates: [...foundation, body], row: { ...row, id, ...document.content(), ...times } }
}
