import { computed, effect, untracked } from '@preact/signals'
import { isCustodyNewer } from '../../data/custody-version.ts'
import type { StorageErrorCode } from '../../data/storage-error.ts'
import { t } from '../ui/language.ts'
import { fill } from '../ui/words.ts'
import { findUpdate, saveDamaged, signIn, tellOutcome } from './actions.ts'
import type { App } from './app.ts'
import { needing } from './chip.ts'
import { watchSignOut } from './custody.ts'
import { expiredText } from './expired-words.ts'
import type { NoticeAction } from './notices.ts'
import { outcomeOf, takeSignIn } from './sign-in-outcome.ts'
import { followReturn } from './sync-return.ts'
import { problemText } from './sync-words.ts'
import { watchRemoval } from './watch-removal.ts'

const storageWords = {
  STORAGE_NEWER: t.storageNewer,
  STORAGE_FULL: t.storageFull,
  STORAGE_CLOSED: t.storageClosed,
  STORAGE_BLOCKED: t.storageBlocked,
  STORAGE_FAILED: t.storageFailed,
} as const satisfies Record<StorageErrorCode, string>

const tellStorage = ({ saver, notebook, notices, navigation, dialog }: App): void => {
  effect(() => {
    const failure = saver.failure.value ?? notebook.readFailure.value
    if (failure === undefined) return notices.dismiss('storage')
    const unread = saver.failure.value === undefined
    const tryAgain = () => (unread ? notebook.reread() : void saver.flush())
    const action =
      failure.code === 'STORAGE_NEWER'
        ? { label: t.findUpdate, run: () => void findUpdate() }
        : failure.code === 'STORAGE_CLOSED'
          ? { label: t.reload, run: () => location.reload() }
          : { label: t.tryAgain, run: tryAgain }
    const more: readonly NoticeAction[] =
      failure.code === 'STORAGE_FULL'
        ? [
            {
              label: t.export,
              run() {
                dialog.value = 'export'
              },
            },
            { label: t.freeSpace, run: () => navigation.goTo('settings') },
          ]
        : []
    notices.show({
      kind: 'storage',
      tone: 'error',
      text: unread && failure.code === 'STORAGE_FAILED' ? t.storageUnreadable : storageWords[failure.code],
      code: failure.code,
      copiesText: true,
      actions: [action, ...more],
    })
  })
}

/** Tells of notes that are gone, damaged or of a newer version: an empty notebook is never shown without a word. */
const tellNotes = ({ notebook, notices }: App): void => {
  effect(() => {
    const missing = notebook.missing.value
    const condition = notebook.condition.value
    if (missing !== undefined) {
      const restore = { label: fill(t.restoreNotes, { count: String(missing.length) }), run: notebook.restore }
      const actions = missing.length > 0 ? [restore] : []
      return notices.show({ kind: 'notes', tone: 'error', text: t.notesMissing, code: 'NOTES_MISSING', actions })
    }
    if (condition?.isNewer === true) {
      const actions = [{ label: t.findUpdate, run: () => void findUpdate() }]
      return notices.show({ kind: 'notes', tone: 'error', text: t.storageNewer, code: 'STORAGE_NEWER', actions })
    }
    if (condition !== undefined) {
      const actions = [{ label: t.saveDamaged, run: () => saveDamaged(condition.damaged) }]
      return notices.show({ kind: 'notes', tone: 'error', text: t.notesDamaged, code: 'NOTES_DAMAGED', actions })
    }
    notices.dismiss('notes')
  })
}

/** Tells why the session is not there although it was: an older worker leaves what a newer one keeps alone. */
const tellNewerCustody = ({ custody, notices }: App): void => {
  effect(() => {
    if (custody.state.value?.grade !== 'memory') return
    void isCustodyNewer().then((isNewer) => {
      if (!isNewer) return
      const actions = [{ label: t.findUpdate, run: () => void findUpdate() }]
      notices.show({ kind: 'update', tone: 'error', text: t.custodyNewer, code: 'STORAGE_NEWER', actions })
    })
  })
}

/** A page that was open while a worker of another version took over can do nothing with it. */
const tellVersions = ({ custody, notices }: App): void => {
  effect(() => {
    if (!custody.outdated.value) return
    const actions = [{ label: t.reload, run: () => location.reload() }]
    notices.show({ kind: 'update', tone: 'plain', text: t.versionsDiffer, code: 'PROTOCOL_MISMATCH', actions })
  })
}

/** Cleans the address of what a sign-in left there: takes `?signin=` out of it, and tells what it says unless the session says better. */
const tellReturn = (app: App): void => {
  const { parameter, clean } = takeSignIn(new URL(location.href))
  // The way back from the provider ends in an empty fragment, which drops the one that the provider may have set.
  if (parameter !== null || location.href.endsWith('#')) history.replaceState(history.state, '', clean)
  if (parameter === null) return
  const outcome = outcomeOf(parameter)
  let told = false
  effect(() => {
    const known = app.custody.link.value.status !== 'starting' || outcome.code !== 'SIGN_IN_INTERRUPTED'
    const signedIn = app.custody.state.value?.status === 'signed-in'
    if (signedIn && outcome.code === 'SIGN_IN_INTERRUPTED') {
      told = true
      app.notices.dismiss('sign-in')
    } else if (known && !told) {
      told = true
      tellOutcome(app, outcome)
    }
  })
}

const tellSignOut = ({ custody, notices }: App): void => {
  watchSignOut(custody, () => notices.show({ kind: 'sign-out', tone: 'plain', text: t.signedOutElsewhere }))
  effect(() => {
    if (custody.state.value?.status === 'signed-in') notices.dismiss('sign-out')
  })
}

/** Tells why the session has come to its end while this page was open; the settings say it at any time. */
const tellExpired = (app: App): void => {
  const { custody, navigation, notices } = app
  let wasSignedIn = false
  effect(() => {
    const state = custody.state.value
    if (state?.status === 'expired' && wasSignedIn && navigation.page.peek() !== 'settings') {
      const actions = [{ label: t.signIn, run: () => void signIn(app) }]
      const text = `${expiredText(state)} ${t.accountExpired}`
      notices.show({ kind: 'sign-out', tone: 'plain', text, actions })
    }
    wasSignedIn = state?.status === 'signed-in'
  })
}

/** Tells on every other page what the settings say in full: sync does not go on by itself. */
const tellSync = ({ sync, navigation, notices }: App): void => {
  const problem = computed(() => (sync.state.value.stage === 'on' ? sync.state.value.problem : null))
  const type = computed(() => problem.value?.type)
  const code = computed(() => problem.value?.code)
  effect(() => {
    const now = type.value
    const isTold = navigation.page.value === 'settings' || now === undefined || now === 'signed-out'
    if (isTold || !needing.has(now)) return notices.dismiss('sync')
    const actions = [{ label: t.syncOpenSettings, run: () => navigation.goTo('settings') }]
    const text = problemText[now]
    notices.show({
      kind: 'sync',
      tone: 'error',
      text,
      actions,
      ...(code.value === undefined ? {} : { code: code.value }),
    })
  })
}

/** Opens the note that the history names, after a reload and on the way back and forth; with no note at all, an empty one. */
const followHistory = ({ navigation, notebook }: App): void => {
  let started = false
  const loaded = computed(() => notebook.notes.value !== undefined)
  effect(() => {
    const id = navigation.noteId.value
    // Among many notes, one that is not of the newest comes last.
    void notebook.isComplete.value
    if (!loaded.value) return
    untracked(() => {
      if (id !== undefined) notebook.openNote(id)
      else if (notebook.notes.value?.length === 0 && navigation.page.value === 'notebook' && !started) {
        navigation.startOnNote(notebook.open.value.id)
      }
      started = true
    })
  })
}

/** The page's title names the page, and never a note: titles are kept in the history of the browser. */
const titlePage = ({ navigation }: App): void => {
  effect(() => {
    document.title = navigation.page.value === 'settings' ? `${t.settings} · Holdfast` : 'Holdfast'
  })
}

export const react = (app: App): void => {
  titlePage(app)
  tellStorage(app)
  tellNotes(app)
  tellNewerCustody(app)
  tellVersions(app)
  followReturn(app)
  tellReturn(app)
  tellSignOut(app)
  tellExpired(app)
  tellSync(app)
  followHistory(app)
  watchRemoval(
    app.custody,
    computed(() => app.navigation.page.value === 'settings' && app.network.online.value),
  )
}
