import { toStorageError } from '../../data/storage-error.ts'
import { plainText } from '../../notebook/note.ts'
import { t } from '../ui/language.ts'
import type { App } from './app.ts'
import { codeOf } from './custody.ts'
import { focusAtOnce, focusSoon } from './focus.ts'
import { save } from './save.ts'
import { outcomeFor, type SignInOutcome, takeSignIn } from './sign-in-outcome.ts'
import { returnAddress, type SyncReturn } from './sync-return.ts'

/** Whether list and note stand side by side. */
const isWide = (): boolean => matchMedia('(min-width: 800px)').matches

export const newNote = ({ notebook, search, navigation }: App): void => {
  search.clear()
  navigation.showNote(notebook.startNote().id)
  focusSoon('body')
}

export const openNote = ({ notebook, navigation }: App, id: string): void => {
  const narrowList = navigation.pane.peek() === 'list'
  notebook.openNote(id)
  navigation.showNote(id)
  if (narrowList) focusBackWhereNarrow()
}

/** In a narrow window the row that was clicked is gone now: focus goes to the way back. */
const focusBackWhereNarrow = (): void => {
  if (!isWide()) focusSoon('back')
}

export const closeNote = ({ saver, navigation }: App): void => {
  void saver.flush()
  navigation.showList()
  focusSoon('row')
}

/** Says that the storage refused what was asked for. */
const tellStorage = ({ notices }: App, thrown: unknown): void =>
  notices.show({ kind: 'storage', tone: 'error', text: t.storageFailed, code: toStorageError(thrown).code })

export const deleteNote = async ({ notebook, navigation }: App): Promise<void> => {
  const removing = notebook.remove()
  // Beside a list, the next note is shown at once: no step in the history could come late and show another.
  if (isWide()) navigation.showNote(notebook.open.peek().id)
  else navigation.showList()
  focusSoon('row')
  await removing
}

export const undoDelete = ({ notebook, navigation }: App): void => {
  notebook.undoRemove()
  navigation.showNote(notebook.open.peek().id)
}

/** Takes the open note out of the trash, and shows it among the others. */
export const bringBack = async (app: App): Promise<void> => {
  const { notebook, search: found } = app
  try {
    await notebook.bringBack(notebook.open.peek().id)
    found.narrow({ trash: false })
  } catch (thrown) {
    tellStorage(app, thrown)
  }
}

const erase = async (app: App, ids: readonly string[]): Promise<void> => {
  try {
    await app.notebook.erase(ids)
  } catch (thrown) {
    tellStorage(app, thrown)
  }
}

export const eraseOpen = (app: App): Promise<void> => erase(app, [app.notebook.open.peek().id])

export const emptyTrash = async (app: App): Promise<void> => {
  const { notebook, search: found } = app
  await erase(
    app,
    notebook.trash.peek().map(({ id }) => id),
  )
  found.narrow({ trash: false })
}

export const search = ({ navigation }: App): void => {
  navigation.goTo('notebook')
  if (navigation.pane.peek() === 'note' && !isWide()) navigation.showList()
  focusAtOnce('search')
}

const tellSignIn = (app: App, { text, code }: SignInOutcome, again = () => void signIn(app)): void =>
  app.notices.show({
    kind: 'sign-in',
    tone: 'error',
    text: t[text],
    code,
    actions:
      text === 'workerUnavailable'
        ? [{ label: t.reload, run: () => location.reload() }]
        : [{ label: t.tryAgain, run: again }],
  })

/** `again`: somebody who is signed in proves once more who it is. Comes back to this page where no other is named. */
export const signIn = async (app: App, again = false, returnTo?: string): Promise<void> => {
  app.notices.dismiss('sign-in')
  app.notices.dismiss('sign-out')
  await app.saver.flush()
  try {
    await app.custody.signIn(returnTo ?? takeSignIn(new URL(location.href)).clean, again)
  } catch (thrown) {
    tellSignIn(app, outcomeFor(codeOf(thrown)), () => void signIn(app, again, returnTo))
  }
}

/** Signs in, and then goes on with what needed it. */
export const signInFor = async (app: App, what: SyncReturn, again = false): Promise<void> => {
  await app.leaving.remember(what)
  await signIn(app, again, returnAddress(app.navigation.paths, what))
  // What did not work is told at the top of the page, which a dialog would cover.
  if (app.notices.list.peek().some(({ kind }) => kind === 'sign-in')) app.dialog.value = undefined
}

export const cancelSignIn = async (app: App): Promise<void> => {
  try {
    await app.custody.cancelSignIn()
  } catch (thrown) {
    tellSignIn(app, outcomeFor(codeOf(thrown)))
  }
}

/** Tells how a sign-in ended that came back to this page. */
export const tellOutcome = (app: App, outcome: SignInOutcome): void => tellSignIn(app, outcome)

/** Ends the session, and the notes of this device with it where asked; then the page starts over. */
export const signOut = async (app: App, deleteNotes: boolean): Promise<void> => {
  const { custody, notebook, notices, saver, dialog } = app
  if (!deleteNotes) await saver.flush()
  try {
    await custody.signOut()
  } catch (thrown) {
    dialog.value = undefined
    notices.show({ kind: 'sign-out', tone: 'error', text: t.signOutFailed, code: codeOf(thrown) })
    return
  }
  try {
    if (deleteNotes) await notebook.clear()
    location.reload()
  } catch {
    dialog.value = undefined
    const reload = { label: t.reload, run: () => location.reload() }
    notices.show({ kind: 'sign-out', tone: 'error', text: t.deleteNotesFailed, actions: [reload] })
  }
}

/** Ends the session and keeps the notes, so that another device can let this one in; then asks for its code. */
export const signOutToJoin = async (app: App): Promise<void> => {
  await app.saver.flush()
  try {
    await app.custody.signOut()
    location.assign(returnAddress(app.navigation.paths, 'join'))
  } catch (thrown) {
    app.dialog.value = undefined
    app.notices.show({ kind: 'sign-out', tone: 'error', text: t.signOutFailed, code: codeOf(thrown) })
  }
}

export const applyUpdate = async ({ update, notices }: App): Promise<void> => {
  try {
    await update.apply()
  } catch (thrown) {
    notices.show({ kind: 'update', tone: 'error', text: t.updateFailed, code: codeOf(thrown) })
  }
}

/** Looks for a newer version: where there is one, the page asks about it. */
export const findUpdate = async (): Promise<void> => {
  const registration = await navigator.serviceWorker?.getRegistration().catch(() => undefined)
  await registration?.update().catch(() => undefined)
  if (registration?.installing == null && registration?.waiting == null) location.reload()
}

/** Forgets what the notes of this device were: what they are stays. */
export const forgetVersions = async (app: App): Promise<void> => {
  try {
    await app.versions.clear()
  } catch (thrown) {
    tellStorage(app, thrown)
  }
}

/** Saves the entries as they are stored, for someone who can make more of them. */
export const saveDamaged = (entries: readonly unknown[]): void =>
  save(new Blob([JSON.stringify(entries, null, 2)], { type: 'application/json' }), 'holdfast-damaged-notes.json')

/** The text on screen, for the clipboard. */
export const openText = ({ notebook }: App): string => plainText(notebook.open.peek())
