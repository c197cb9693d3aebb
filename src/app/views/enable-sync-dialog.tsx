import { useComputed, useSignal, useSignalEffect } from '@preact/signals'
import { useEffect, useRef } from 'preact/hooks'
import type { NotesChoice } from '../../kit/client.ts'
import { isLive } from '../../notebook/note.ts'
import { signInFor } from '../state/actions.ts'
import { useApp } from '../state/context.ts'
import { needsSignIn } from '../state/sync-words.ts'
import { language, t } from '../ui/language.ts'
import { Modal, useFocusInside } from '../ui/modal.tsx'
import { counted } from '../ui/words.ts'
import { FailedStep } from './failed-step.tsx'
import { UnlockChoices } from './unlock-dialog.tsx'
import { useClose } from './use-close.ts'

/** Read: nothing was asked yet. Going: the person wants it. Sure: and the notes that are here, too. */
type Step = 'read' | 'going' | 'sure'

const offers = [
  [t.syncGetTitle, t.syncGet],
  [t.syncSeesTitle, t.syncSees],
  [t.syncCannotTitle, t.syncCannot],
] as const

const Offer = () => (
  <dl class="offer">
    {offers.map(([name, text]) => (
      <div key={name}>
        <dt>{name}</dt>
        <dd>{text}</dd>
      </div>
    ))}
  </dl>
)

type ButtonsProps = { readonly signedIn: boolean; go(): void; close(): void }

const OfferButtons = ({ signedIn, go, close }: ButtonsProps) => {
  const { custody, network, sync } = useApp()
  const online = network.online.value
  const unavailable = signedIn && sync.isKnown.value && sync.state.value.stage === 'unavailable'
  const why = !online ? t.syncOffline : unavailable ? t.syncNone : undefined
  const busy = custody.busy.value === 'sign-in'
  return (
    <>
      {why !== undefined && (
        <p class="muted" id="enable-why">
          {why}
        </p>
      )}
      <div class="buttons">
        <button
          type="button"
          class="primary"
          disabled={busy || why !== undefined}
          aria-describedby={why === undefined ? undefined : 'enable-why'}
          onClick={go}
        >
          {busy ? t.opening : signedIn ? t.syncEnableNow : t.syncSignIn}
        </button>
        <button type="button" onClick={close}>
          {t.cancel}
        </button>
      </div>
    </>
  )
}

type AddProps = {
  readonly count: number
  /** Whether they can be kept separate. */
  readonly isApart: boolean
  choose(notes: NotesChoice): void
  close(): void
}

const Add = ({ count, isApart, choose, close }: AddProps) => (
  <>
    <p>{counted(language, 'syncAdd', count)}</p>
    {isApart && <p class="muted">{t.syncSeparateText}</p>}
    <p class="muted">{t.syncAddText}</p>
    <div class="buttons">
      <button type="button" class="primary" onClick={() => choose('add')}>
        {t.syncAdd}
      </button>
      {isApart && (
        <button type="button" onClick={() => choose('separate')}>
          {t.syncSeparate}
        </button>
      )}
      <button type="button" onClick={close}>
        {t.notNow}
      </button>
    </div>
  </>
)

const Waits = ({ text, close }: { readonly text: string; close(): void }) => (
  <>
    <p role="status">{text}</p>
    <div class="buttons">
      <button type="button" onClick={close}>
        {t.close}
      </button>
    </div>
  </>
)

const Locked = ({ close }: { close(): void }) => (
  <>
    <p>{t.syncLocked}</p>
    <div class="buttons">
      <UnlockChoices />
      <button type="button" onClick={close}>
        {t.kitLater}
      </button>
    </div>
  </>
)

const Content = ({ close }: { close(): void }) => {
  const app = useApp()
  const { custody, dialog, goesOn, isOfAccount, notebook, sync } = app
  const step = useSignal<Step>(goesOn.peek() ? 'going' : 'read')
  const status = custody.state.value?.status
  const apart = useComputed(() => {
    const now = sync.state.value
    return now.stage === 'off' ? now.apart : undefined
  })
  /** Notes that are of no account: those on this page, or where it shows an account's already, those beside it. */
  const count = useComputed(() =>
    isOfAccount.value ? (apart.value ?? 0) : (notebook.notes.value ?? []).filter(isLive).length,
  )
  /** Whether the worker can keep them separate. One of the version before refuses to be told. */
  const isApart = useComputed(() => apart.value !== undefined)
  const notes = useRef<NotesChoice>('add')
  const session = custody.state.value
  const refreshAt = session?.status === 'signed-in' ? session.refreshAt : undefined
  useEffect(() => {
    // In an extension the sign-in has a window of its own, and this goes on by itself once it is done.
    if (needsSignIn(sync.failure.peek())) void enable()
  }, [refreshAt])
  const enable = async () => {
    step.value = 'sure'
    if (sync.busy.peek() === undefined) await sync.act('enable', isApart.peek() ? notes.current : undefined)
  }
  const choose = (choice: NotesChoice) => {
    notes.current = choice
    void enable()
  }
  const go = () => {
    step.value = 'going'
    if (status !== 'signed-in') void signInFor(app, 'enable')
  }
  useSignalEffect(() => {
    const { stage } = sync.state.value
    if (step.value === 'read' || !sync.isKnown.value || custody.state.value?.status !== 'signed-in') return
    if (stage === 'on') return goOn()
    // Where there is nothing to ask about, nothing is asked.
    if (stage === 'off' && step.value === 'going' && notebook.isComplete.value && count.value === 0) void enable()
  })
  const goOn = () => {
    const state = sync.state.peek()
    dialog.value = state.stage === 'on' && state.kit === 'none' ? 'kit' : undefined
  }

  const stage = sync.state.value.stage
  useFocusInside([step.value, stage, sync.busy.value, sync.failure.value].join())
  const waiting = status === 'signing-in' || custody.busy.value === 'sign-in'
  const code = sync.failure.value
  if (code !== undefined) return <FailedStep code={code} goal="enable" again={() => void enable()} close={close} />
  if (step.value !== 'read' && waiting) return <Waits text={t.accountSigningIn} close={close} />
  if (step.value !== 'read' && status === 'signed-in') {
    if (!sync.isKnown.value) return <Waits text={t.syncLooking} close={close} />
    if (sync.busy.value === 'enable') return <Waits text={t.syncStarting} close={close} />
    if (stage === 'locked') return <Locked close={close} />
    if (stage === 'off' && step.value === 'going' && count.value > 0) {
      return <Add count={count.value} isApart={isApart.value} choose={choose} close={close} />
    }
    if (stage === 'off') return <Waits text={t.syncStarting} close={close} />
  }
  if (stage === 'on') return <Waits text={t.syncReady} close={close} />
  return (
    <>
      <Offer />
      <OfferButtons signedIn={status === 'signed-in'} go={go} close={close} />
    </>
  )
}

/** What sync is, and the way to it: sign in, the notes that are here, the keys. */
export const EnableSyncDialog = () => {
  const { dialog, goesOn, sync } = useApp()
  const hide = useClose('enable-sync')
  if (dialog.value !== 'enable-sync') return null
  const close = () => {
    sync.forgetFailure()
    goesOn.value = false
    hide()
  }
  return (
    <Modal titleId="enable-sync-title" title={t.syncEnable} onClose={close}>
      <Content close={close} />
    </Modal>
  )
}
