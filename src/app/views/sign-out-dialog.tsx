import { useSignal } from '@preact/signals'
import { signOut } from '../state/actions.ts'
import type { App } from '../state/app.ts'
import { useApp } from '../state/context.ts'
import { t } from '../ui/language.ts'
import { Modal } from '../ui/modal.tsx'

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
        {option('keep', t.keepNotes)}
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

export const SignOutDialog = () => {
  const app = useApp()
  if (app.dialog.value !== 'sign-out') return null
  const close = () => {
    app.dialog.value = undefined
  }
  return (
    <Modal titleId="sign-out-title" title={t.signOut} onClose={close}>
      <Content app={app} close={close} />
    </Modal>
  )
}
