import { useSignal } from '@preact/signals'
import { signOut } from '../state/actions.ts'
import type { App } from '../state/app.ts'
import { useApp } from '../state/context.ts'
import { language, t } from '../ui/language.ts'
import { Modal } from '../ui/modal.tsx'
import { counted } from '../ui/words.ts'
import { useClose } from './use-close.ts'

type Choice = 'keep' | 'delete'

const Content = ({ app, close }: { readonly app: App; close(): void }) => {
  const choice = useSignal<Choice>('keep')
  const busy = app.custody.busy.value === 'sign-out'
  const option = (value: Choice, label: string, hint?: string) => (
    <label class="choice">
      <input
        type="radio"
        name="notes"
        value={value}
        checked={choice.value === value}
        onChange={() => {
          choice.value = value
        }}
      />
      <span>
        {label}
        {hint !== undefined && <small class="muted">{hint}</small>}
      </span>
    </label>
  )
  return (
    <>
      <p>
        {t.signOutText} {app.ai.providers.list.value.some(({ hasKey }) => hasKey) && t.signOutKeys}
      </p>
      <fieldset>
        <legend>{t.signOutNotes}</legend>
        {option('keep', t.keepNotes, app.isOfAccount.value ? t.keepNotesAway : undefined)}
        {option('delete', t.deleteNotes, t.deleteNotesText)}
      </fieldset>
      <div class="buttons">
        <button type="button" class="quiet" disabled={busy} onClick={close}>
          {t.cancel}
        </button>
        <button
          type="button"
          class={choice.value === 'delete' ? 'danger' : 'primary'}
          disabled={busy}
          onClick={() => void signOut(app, choice.value === 'delete')}
        >
          {busy ? t.signingOut : t.signOut}
        </button>
      </div>
    </>
  )
}

/** Where changes have not been sent: they are to be sent, or kept elsewhere, before anything of them goes. */
const Unsent = ({ app, waiting, close }: { readonly app: App; readonly waiting: number; close(): void }) => {
  const busy = app.custody.busy.value === 'sign-out'
  const wait = () => {
    close()
    void app.sync.act('run')
  }
  return (
    <>
      <p>
        <strong>{counted(language, 'signOutUnsent', waiting)}</strong> {t.signOutUnsentText} {t.keepNotesAway}
      </p>
      <p class="muted">{t.signOutText}</p>
      <div class="buttons">
        <button type="button" class="primary" disabled={busy} onClick={wait}>
          {t.signOutWait}
        </button>
        <button
          type="button"
          disabled={busy}
          onClick={() => {
            app.dialog.value = 'export'
          }}
        >
          {t.export}
        </button>
        <button type="button" disabled={busy} onClick={() => void signOut(app, false)}>
          {busy ? t.signingOut : t.signOut}
        </button>
        <button type="button" class="danger" disabled={busy} onClick={() => void signOut(app, true)}>
          {t.signOutDelete}
        </button>
      </div>
    </>
  )
}

export const SignOutDialog = () => {
  const app = useApp()
  const close = useClose('sign-out')
  const state = app.sync.state.value
  const waiting = state.stage === 'on' ? state.waiting : 0
  if (app.dialog.value !== 'sign-out') return null
  return (
    <Modal titleId="sign-out-title" title={t.signOut} onClose={close}>
      {waiting > 0 ? <Unsent app={app} waiting={waiting} close={close} /> : <Content app={app} close={close} />}
    </Modal>
  )
}
