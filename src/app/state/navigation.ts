import { type ReadonlySignal, signal } from '@preact/signals'

export type Page = 'notebook' | 'settings'
/** Which pane a narrow window shows. A wide one shows both. */
export type Pane = 'list' | 'note'

/** What the history remembers of a note: its id, and nothing of its text. */
type Place = { readonly note?: string; readonly pushed?: boolean }

export type Navigation = {
  readonly paths: Paths
  readonly page: ReadonlySignal<Page>
  readonly pane: ReadonlySignal<Pane>
  /** The note that the history entry names, if any. */
  readonly noteId: ReadonlySignal<string | undefined>
  goTo(page: Page): void
  /** Shows the note pane, with an entry to go back from where the window is narrow. */
  showNote(id: string): void
  /** Shows the note pane in place of what is shown now. */
  startOnNote(id: string): void
  /** Back to the list in a narrow window. */
  showList(): void
}

/** Where the pages of the app are: paths of its own origin, perhaps with a query. */
export type Paths = { readonly [P in Page]: string }

export const webPaths: Paths = { notebook: '/', settings: '/settings' }

const withoutEndSlash = (path: string): string => path.replace(/\/+$/u, '')

const isAt = (path: string): boolean => {
  const { pathname, search } = new URL(path, location.href)
  return withoutEndSlash(location.pathname) === withoutEndSlash(pathname) && location.search.startsWith(search)
}

const pageHere = (paths: Paths): Page => (isAt(paths.settings) ? 'settings' : 'notebook')

const placeOf = (state: unknown): Place => {
  if (typeof state !== 'object' || state === null) return {}
  const note = 'note' in state && typeof state.note === 'string' ? state.note : undefined
  const pushed = 'pushed' in state && state.pushed === true
  return note === undefined ? { pushed } : { note, pushed }
}

const wide = matchMedia('(min-width: 800px)')

export const createNavigation = (paths: Paths): Navigation => {
  const page = signal<Page>(pageHere(paths))
  const place = signal<Place>(placeOf(history.state))
  const pane = signal<Pane>(place.value.note === undefined ? 'list' : 'note')
  const noteId = signal(place.value.note)

  const read = (): void => {
    page.value = pageHere(paths)
    place.value = placeOf(history.state)
    pane.value = place.value.note === undefined ? 'list' : 'note'
    noteId.value = place.value.note
  }
  addEventListener('popstate', read)

  const go = (next: Place, path: string, push: boolean): void => {
    if (push) history.pushState({ ...next, pushed: true }, '', path)
    else history.replaceState({ ...next, pushed: place.peek().pushed === true }, '', path)
    read()
  }

  return {
    paths,
    page,
    pane,
    noteId,
    goTo(next) {
      if (next !== page.peek()) go({}, paths[next], true)
    },
    showNote(id) {
      const elsewhere = page.peek() !== 'notebook'
      go(
        { note: id },
        elsewhere ? paths.notebook : location.pathname,
        elsewhere || (pane.peek() === 'list' && !wide.matches),
      )
    },
    startOnNote: (id) => go({ note: id }, location.pathname + location.search, false),
    showList() {
      if (place.peek().pushed === true && pane.peek() === 'note') history.back()
      else go({}, paths.notebook, false)
    },
  }
}
