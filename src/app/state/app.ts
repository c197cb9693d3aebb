import { computed, type ReadonlySignal, type Signal, signal } from '@preact/signals'
import { notesStore } from '../../data/notes-store.ts'
import { type Chip, chipFor } from './chip.ts'
import { type Custody, createCustody } from './custody.ts'
import { createNavigation, type Navigation } from './navigation.ts'
import { createNetwork, type Network } from './network.ts'
import { createNotebook, type Notebook } from './notebook.ts'
import { createNotices, type Notices } from './notices.ts'
import { createSaver, type Saver } from './saver.ts'
import { createUpdate, type Update } from './update.ts'

export type DialogName = 'sign-out' | 'keys'

/** Everything the views show and ask for. */
export type App = {
  readonly notebook: Notebook
  readonly saver: Saver
  readonly navigation: Navigation
  readonly network: Network
  readonly custody: Custody
  readonly notices: Notices
  readonly update: Update
  readonly chip: ReadonlySignal<Chip>
  readonly dialog: Signal<DialogName | undefined>
}

export const createApp = (): App => {
  const store = notesStore()
  const saver = createSaver(store.put)
  const notebook = createNotebook(store, saver)
  const custody = createCustody()
  const network = createNetwork(custody.poke)
  const chip = computed(() => {
    const session = custody.state.value
    return chipFor({
      saving: saver.saving.value,
      failed: (saver.failure.value ?? notebook.readFailure.value) !== undefined,
      online: network.online.value && (session?.status !== 'signed-in' || session.online),
      expired: session?.status === 'expired',
    })
  })
  return {
    notebook,
    saver,
    navigation: createNavigation(),
    network,
    custody,
    notices: createNotices(),
    update: createUpdate(custody, saver),
    chip,
    dialog: signal<DialogName | undefined>(undefined),
  }
}
