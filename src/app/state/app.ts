import { computed, type ReadonlySignal, type Signal, signal } from '@preact/signals'
import { type AttachmentsStore, attachmentsStore } from '../../data/attachments-store.ts'
import { notesDatabase } from '../../data/database.ts'
import { importStore } from '../../data/import-store.ts'
import { type VersionsStore, versionsStore } from '../../data/note-versions.ts'
import type { NotebookEntry } from '../../data/notebooks.ts'
import { countPutAway, type NotebooksDatabase, notebooksStore } from '../../data/notebooks-store.ts'
import { notesStore } from '../../data/notes-store.ts'
import { personSettings } from '../../data/person-settings.ts'
import { settingsStore } from '../../data/settings-store.ts'
import type { Session } from '../../kit/client.ts'
import { markup } from '../markdown/markup.ts'
import { readPdf } from '../markdown/read-pdf.ts'
import { type Ai, createAi } from './ai.ts'
import type { Shared } from './arrivals.ts'
import { type Backup, createBackup } from './backup.ts'
import { type Chip, chipFor } from './chip.ts'
import { type Custody, createCustody } from './custody.ts'
import { createDevices, type Devices } from './devices.ts'
import { createExchange, type Exchange } from './exchange.ts'
import { createFiles, type Files } from './files.ts'
import { createInstall, type Install } from './install.ts'
import { createNavigation, type Navigation, type Paths } from './navigation.ts'
import { createNetwork, type Network } from './network.ts'
import { createNotebook, type Notebook } from './notebook.ts'
import { createNotices, type Notices } from './notices.ts'
import { createPairing, type Pairing } from './pairing.ts'
import { createRecorder, type Recorder } from './recorder.ts'
import { createSaver, type Saver } from './saver.ts'
import { createSearch, type Search } from './search.ts'
import { createServerFacts, type ServerFacts } from './server-facts.ts'
import { createSync, type Sync } from './sync.ts'
import { createLeaving, type Leaving } from './sync-return.ts'
import { tellRecorder } from './tell-recorder.ts'
import { createUpdate, type Update } from './update.ts'
import { pageVisible } from './visible.ts'

export type DialogName =
  | 'sign-out'
  | 'keys'
  | 'history'
  | 'export'
  | 'export-note'
  | 'import'
  | 'import-report'
  | 'draft'
  | 'pair'
  | 'join'
  | 'approve'
  | 'enable-sync'
  | 'unlock'
  | 'kit'
  | 'kit-again'
  | 'kit-confirm'
  | 'restore'

/** Everything the views show and ask for. */
export type App = {
  readonly notebook: Notebook
  /** Whether the notebook on this page is of an account, which is put away when the person signs out. */
  readonly isOfAccount: Signal<boolean>
  /** How many notes of accounts are here that are not signed in. */
  readonly putAway: () => Promise<number>
  readonly search: Search
  readonly attachments: AttachmentsStore
  readonly versions: VersionsStore
  readonly files: Files
  readonly recorder: Recorder
  readonly exchange: Exchange
  readonly install: Install
  readonly saver: Saver
  readonly navigation: Navigation
  readonly network: Network
  readonly custody: Custody
  /** The address of the page where the account is managed. */
  readonly accountPage: string
  readonly devices: Devices
  readonly pairing: Pairing
  readonly sync: Sync
  readonly backup: Backup
  readonly leaving: Leaving
  /** Whether the dialog that opens goes on with what the person began before the sign-in. */
  readonly goesOn: Signal<boolean>
  readonly serverFacts: ServerFacts
  readonly ai: Ai
  readonly notices: Notices
  readonly update: Update
  readonly chip: ReadonlySignal<Chip>
  readonly dialog: Signal<DialogName | undefined>
  /** Whether the open note is shown as a page. */
  readonly preview: Signal<boolean>
  /** What another app has shared, until it is kept or not. */
  readonly shared: Signal<Shared | undefined>
}

/** Where the app runs: a web origin, or a page of the extension. */
export type Place = {
  readonly connect: () => Promise<Session>
  readonly paths: Paths
  /** The address of the page where the account is managed. */
  readonly accountPage: string
  /** The address of the server's status. */
  readonly serverStatus: string
  /** Whether pages here may ask the server for what belongs to the account, with the credentials of the worker. */
  readonly hearsServer: boolean
  /** Whether the browser can install the app from here. */
  readonly isInstallable: boolean
  /** Whether pages here may reach AI: on this machine, and through the worker. */
  readonly reachesAi: boolean
}

/** `opened`: the notebook of this page, as long as it is there. `notebooks`: what is chosen on this device lies beside them. */
export const createApp = (place: Place, opened: NotebookEntry, notebooks: NotebooksDatabase): App => {
  const database = () => notesDatabase(opened.name)
  const store = notesStore(database())
  const attachments = attachmentsStore(database())
  const saver = createSaver(store.put)
  const versions = versionsStore(database())
  const notebook = createNotebook(store, saver, {
    onErased: attachments.removeOf,
    onLeft: (note) => void versions.keep(note).catch(() => undefined),
  })
  const files = createFiles(attachments, readPdf)
  const search = createSearch(notebook.notes, files.facts)
  const notices = createNotices()
  const person = personSettings(database())
  const ofDevice = settingsStore(notebooks)
  const hasNotes = computed(() => (notebook.notes.value ?? []).length > 0)
  const recorder = createRecorder(attachments, (failure) => tellRecorder(notices, failure))
  const custody = createCustody(place.connect)
  const devices = createDevices(custody.session)
  const network = createNetwork(place.serverStatus, custody.poke)
  const api = place.serverStatus.replace(/\/auth\/status$/, '')
  const chosen = signal<unknown>(undefined)
  person.watch((values) => {
    chosen.value = values
  })
  const sync = createSync({
    custody,
    online: network.online,
    visible: pageVisible(),
    changes: computed(() => ({ notes: notebook.notes.value, files: files.facts.value, chosen: chosen.value })),
    events: place.hearsServer ? `${api}/sync/events` : undefined,
    fetch: (address, init) => fetch(address, init),
    random: Math.random,
  })
  const chip = computed(() => {
    const session = custody.state.value
    return chipFor({
      saving: saver.saving.value,
      failed: (saver.failure.value ?? notebook.readFailure.value) !== undefined,
      online: network.online.value && (session?.status !== 'signed-in' || session.online),
      expired: session?.status === 'expired',
      sync: sync.state.value,
    })
  })
  return {
    notebook,
    putAway: () => countPutAway(notebooksStore(notebooks)),
    isOfAccount: signal(opened.owner !== null),
    search,
    attachments,
    versions,
    files,
    recorder,
    install: createInstall(ofDevice, hasNotes, place.isInstallable),
    exchange: createExchange({ attachments, store: importStore(database()), markup }),
    saver,
    navigation: createNavigation(place.paths),
    network,
    custody,
    accountPage: place.accountPage,
    devices,
    pairing: createPairing(custody.session, () => void devices.load()),
    sync,
    backup: createBackup({
      maker: async () => (await custody.session()).sync,
      poke: custody.poke,
      hand: () => caches,
    }),
    leaving: createLeaving(ofDevice, Date.now),
    goesOn: signal(false),
    serverFacts: createServerFacts(api),
    ai: createAi({ device: ofDevice, before: settingsStore(database()), person }, custody, place.reachesAi),
    notices,
    update: createUpdate(custody, saver),
    chip,
    dialog: signal<DialogName | undefined>(undefined),
    preview: signal(false),
    shared: signal<Shared | undefined>(undefined),
  }
}
