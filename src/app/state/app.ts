import { computed, type ReadonlySignal, type Signal, signal } from '@preact/signals'
import { type AttachmentsStore, attachmentsStore } from '../../data/attachments-store.ts'
import { notesStore } from '../../data/notes-store.ts'
import type { Session } from '../../kit/client.ts'
import { type Chip, chipFor } from './chip.ts'
import { type Custody, createCustody } from './custody.ts'
import { createNavigation, type Navigation, type Paths } from './navigation.ts'
import { createNetwork, type Network } from './network.ts'
import { createNotebook, type Notebook } from './notebook.ts'
import { createNotices, type Notices } from './notices.ts'
import { createSaver, type Saver } from './saver.ts'
import { createUpdate, type Update } from './update.ts'

export type DialogName = 'sign-out' | 'keys'

/** Everything the views show and ask for. */
export type App = {
  readonly notebook: Notebook
  readonly attachments: AttachmentsStore
  readonly saver: Saver
  readonly navigation: Navigation
  readonly network: Network
  readonly custody: Custody
  readonly notices: Notices
  readonly update: Update
  readonly chip: ReadonlySignal<Chip>
  readonly dialog: Signal<DialogName | undefined>
}

/** Where the app runs: a web origin, or a page of the extension. */
export type Place = {
  readonly connect: () => Promise<Session>
  readonly paths: Paths
  /** The address of the server's status. */
  readonly serverStatus: string
}

export const createApp = (place: Place): App => {
  const store = notesStore()
  const attachments = attachmentsStore()
  const saver = createSaver(store.put)
  const notebook = createNotebook(store, saver, attachments.removeOf)
  const custody = createCustody(place.connect)
  const network = createNetwork(place.serverStatus, custody.poke)
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
    attachments,
    saver,
    navigation: createNavigation(place.paths),
    network,
    custody,
    notices: createNotices(),
    update: createUpdate(custody, saver),
    chip,
    dialog: signal<DialogName | undefined>(undefined),
  }
}
