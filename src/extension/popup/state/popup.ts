import { effect, type ReadonlySignal, type Signal, signal } from '@preact/signals'
import browser from 'webextension-polyfill'
import { type Custody, codeOf, createCustody } from '../../../app/state/custody.ts'
import { outcomeFor, outcomeOf, type SignInOutcome } from '../../../app/state/sign-in-outcome.ts'
import { databaseOf, readOpenNotebook } from '../../../data/notebooks-store.ts'
import type { Session } from '../../../kit/client.ts'
import { type Note, newNote } from '../../../notebook/note.ts'
import { connectBackground } from '../../session/connect-background.ts'
import { type Clipping, createClipping } from './clipping.ts'
import { keepDraft, takeDraft } from './draft.ts'
import { onOutcome, takeOutcome } from './outcome.ts'
import { watchRecent } from './recent.ts'

/** Everything the popup shows and asks for. */
export type Popup = {
  readonly recent: ReadonlySignal<readonly Note[] | undefined>
  readonly custody: Custody
  readonly clipping: Clipping
  /** The quick note that is being written, or undefined where none is. */
  readonly draft: ReadonlySignal<string | undefined>
  /** How the last sign-in ended, where it did not end well. */
  readonly trouble: Signal<SignInOutcome | undefined>
  /** True where a quick note could not be stored. */
  readonly saveFailed: ReadonlySignal<boolean>
  writeDraft(text: string): void
  dropDraft(): void
  saveDraft(): Promise<void>
  signIn(): Promise<void>
  cancelSignIn(): Promise<void>
  /** Opens the whole notebook, at this note if one is given. */
  openNotebook(note?: string): Promise<void>
}

const followSession = (custody: Custody, trouble: Popup['trouble']): void => {
  let before: string | undefined
  effect(() => {
    const status = custody.state.value?.status
    if (before === 'signed-in' && status === 'anonymous') void keepDraft('')
    before = status
  })
  const tell = async () => {
    const outcome = await takeOutcome()
    if (outcome !== undefined) trouble.value = outcomeOf(outcome)
  }
  void tell()
  onOutcome(() => void tell())
}

export const createPopup = (): Popup => {
  // First of all: the notes are what one waits for.
  const recent = watchRecent()
  const custody = createCustody(connectBackground)
  const draft = signal<string | undefined>(undefined)
  const trouble = signal<SignInOutcome | undefined>(undefined)
  const saveFailed = signal(false)
  void takeDraft().then((text) => {
    draft.value ??= text
  })
  followSession(custody, trouble)
  const tellSync = (work: (sync: Session['sync']) => Promise<void>): void =>
    void custody
      .session()
      .then(({ sync }) => work(sync))
      .catch(() => undefined)
  tellSync((sync) => sync.look())
  const setDraft = (text: string | undefined): void => {
    draft.value = text
    void keepDraft(text ?? '')
  }
  const orTrouble = async (work: Promise<void>): Promise<void> => {
    trouble.value = undefined
    try {
      await work
    } catch (thrown) {
      trouble.value = outcomeFor(codeOf(thrown))
    }
  }
  return {
    recent,
    custody,
    clipping: createClipping(),
    draft,
    trouble,
    saveFailed,
    writeDraft: setDraft,
    dropDraft: () => setDraft(undefined),
    async saveDraft() {
      const text = draft.peek()
      if (text === undefined || text.trim() === '') return setDraft(undefined)
      try {
        // What writes notes is large, and nothing that the popup has to show first.
        const { notesStore } = await import('../../../data/notes-store.ts')
        await notesStore(databaseOf((await readOpenNotebook()).name)).put([
          { ...newNote(crypto.randomUUID(), Date.now()), body: text },
        ])
        saveFailed.value = false
        setDraft(undefined)
        tellSync((sync) => sync.run())
      } catch {
        saveFailed.value = true
      }
    },
    // Where the sign-in was asked for does not matter: the provider has a window of its own.
    signIn: () => orTrouble(custody.signIn('/popup.html')),
    cancelSignIn: () => orTrouble(custody.cancelSignIn()),
    async openNotebook(note) {
      const query = note === undefined ? '' : `?note=${encodeURIComponent(note)}`
      await browser.tabs.create({ url: browser.runtime.getURL(`app.html${query}`) })
      window.close()
    },
  }
}
