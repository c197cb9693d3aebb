import { type NotebookEntry, type Notebooks, openEntry } from '../../data/notebooks.ts'
import type { NotebooksStore } from '../../data/notebooks-store.ts'
import { t } from '../ui/language.ts'
import type { App, DialogName } from './app.ts'
import { returnAddress } from './sync-return.ts'

/** What of a page it takes to leave it. */
export type Left = Pick<App, 'dialog' | 'isOfAccount'> & {
  readonly saver: Pick<App['saver'], 'flush' | 'failure'>
  readonly leaving: Pick<App['leaving'], 'remember'>
  readonly navigation: Pick<App['navigation'], 'paths'>
  readonly notices: Pick<App['notices'], 'show'>
  readonly custody: Pick<App['custody'], 'busy'>
}

/** Dialogs that are on the way to sync: it goes on in the notebook of the account. */
const toSync: ReadonlySet<DialogName | undefined> = new Set(['enable-sync', 'unlock'])

/**
 * A page keeps to the notebook that it was opened with: what was written in it is stored there, and then the page is opened anew. So
 * nothing that is written can come into the notebook of somebody else. What cannot be stored stays on the screen.
 */
const reopen = async ({ saver, leaving, navigation, notices, dialog }: Left): Promise<void> => {
  await saver.flush()
  if (saver.failure.peek() !== undefined) {
    const actions = [{ label: t.reload, run: () => location.reload() }]
    return notices.show({
      kind: 'update',
      tone: 'error',
      text: t.otherNotebook,
      code: 'NOTEBOOK_OTHER',
      copiesText: true,
      actions,
    })
  }
  if (!toSync.has(dialog.peek())) return location.reload()
  await leaving.remember('enable')
  location.replace(returnAddress(navigation.paths, 'enable'))
}

/** Follows which notebook is open. `opened`: the one of this page. */
export const followNotebook = (app: Left, store: NotebooksStore, opened: NotebookEntry): void => {
  let isLeaving = false
  const look = ({ open, all }: Notebooks): void => {
    // Who signs out here has this page opened anew when all of it is done.
    // A list that does not have it was wiped, and the page tells of that with what it still has.
    if (!all.some(({ name }) => name === opened.name)) return
    if (open === opened.name || isLeaving || app.custody.busy.peek() === 'sign-out') return
    isLeaving = true
    void reopen(app).finally(() => {
      isLeaving = false
    })
  }
  store.watch((now) => {
    if (now.open === opened.name) app.isOfAccount.value = openEntry(now).owner !== null
    look(now)
  })
  // A page that was put away by the browser may have missed it.
  document.addEventListener('visibilitychange', () => {
    if (document.visibilityState !== 'visible') return
    void store.read().then(look, () => undefined)
  })
}
