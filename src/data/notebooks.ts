/** One notebook of this device: a database of its own. */
export type NotebookEntry = {
  /** Of its database. */
  readonly name: string
  /** Whose it is, by a hash of issuer and subject; null where it is of no account. */
  readonly owner: string | null
  /** Everything in it goes into the notebook of this name, and what still comes into it too. */
  readonly into?: string | undefined
}

/** The notebooks of this device, and which of them is open. There is one at most of each owner, and one of none. */
export type Notebooks = { readonly open: string; readonly all: readonly NotebookEntry[] }

/** What becomes of the notes that are of no account, where an account comes: they go into its notebook, or stay apart. */
export type NotesChoice = 'add' | 'separate'

const isAt =
  (owner: string | null) =>
  (entry: NotebookEntry): boolean =>
    entry.owner === owner && entry.into === undefined

/** The notebook of an owner, or of no account; undefined where there is none yet. */
export const notebookOf = (state: Notebooks, owner: string | null): NotebookEntry | undefined =>
  state.all.find(isAt(owner))

export const openEntry = ({ open, all }: Notebooks): NotebookEntry =>
  all.find(({ name }) => name === open) ?? { name: open, owner: null }

const opened = (state: Notebooks, name: string): Notebooks => (state.open === name ? state : { ...state, open: name })

const withLocal = (state: Notebooks, fresh: string): Notebooks => {
  const local = notebookOf(state, null)
  if (local !== undefined) return opened(state, local.name)
  return { open: fresh, all: [...state.all, { name: fresh, owner: null }] }
}

// Each step answers the same object where nothing changes. `fresh`: a name that no database has, for a notebook that is new.

/** Nobody is signed in any more: what is of an account is put away. */
export const afterSignOut = (state: Notebooks, fresh: string): Notebooks =>
  openEntry(state).owner === null ? state : withLocal(state, fresh)

/** Somebody is signed in: their notebook is opened where there is one, and nobody else's stays open. */
export const afterSignIn = (state: Notebooks, owner: string, fresh: string): Notebooks => {
  const own = notebookOf(state, owner)
  return own === undefined ? afterSignOut(state, fresh) : opened(state, own.name)
}

const changed = (state: Notebooks, name: string, change: Partial<NotebookEntry>): Notebooks => ({
  ...state,
  all: state.all.map((entry) => (entry.name === name ? { ...entry, ...change } : entry)),
})

/**
 * An account gets its notebook, which is open from then on. Where the notes that are here are added and it has none yet, theirs
 * becomes its own: nothing has to be moved.
 */
export const afterBinding = (state: Notebooks, owner: string, choice: NotesChoice, fresh: string): Notebooks => {
  const [own, local] = [notebookOf(state, owner), notebookOf(state, null)]
  const adds = choice === 'add' && local !== undefined
  if (own === undefined && adds) return opened(changed(state, local.name, { owner }), local.name)
  if (own === undefined) return { open: fresh, all: [...state.all, { name: fresh, owner }] }
  return opened(adds ? changed(state, local.name, { owner, into: own.name }) : state, own.name)
}

/** What has still to be moved into the notebook of this name. */
export const movesInto = ({ all }: Notebooks, name: string): readonly string[] =>
  all.filter(({ into }) => into === name).map((entry) => entry.name)
