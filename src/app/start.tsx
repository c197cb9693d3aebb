import { effect } from '@preact/signals'
import { render } from 'preact'
import { notebooksDatabase, notebooksStore, readOpenNotebook } from '../data/notebooks-store.ts'
import { createApp, type Place } from './state/app.ts'
import { followArrivals } from './state/arrivals.ts'
import { AppContext } from './state/context.ts'
import { listenToDrops } from './state/drops.ts'
import { followNotebook } from './state/follow-notebook.ts'
import { listenToKeys } from './state/keys.ts'
import { saveBeforeLeaving } from './state/lifetime.ts'
import { react } from './state/reactions.ts'
import { language } from './ui/language.ts'
import { Shell } from './views/shell.tsx'

/** Puts the app on this page. */
export const startApp = async (place: Place): Promise<void> => {
  document.documentElement.lang = language
  const notebooks = notebooksDatabase()
  const store = notebooksStore(notebooks)
  const opened = await readOpenNotebook(store)
  const app = createApp(place, opened, notebooks)
  saveBeforeLeaving(app)
  listenToKeys(app)
  listenToDrops(app)
  react(app)
  followNotebook(app, store, opened)

  const root = document.getElementById('app')
  if (root !== null) {
    render(
      <AppContext.Provider value={app}>
        <Shell />
      </AppContext.Provider>,
      root,
    )
  }

  // Notes first: nothing is asked of the network or the worker before they are on screen.
  const stop = effect(() => {
    if (app.notebook.notes.value === undefined) return
    setTimeout(() => {
      stop()
      followArrivals(app)
      app.custody.start()
      app.network.start()
      void app.serverFacts.load()
      app.ai.start()
    }, 0)
  })
}
