import { expiredText } from '../../../app/state/expired-words.ts'
import { t } from '../../../app/ui/language.ts'
import type { SessionState } from '../../../kit/client.ts'
import type { Popup } from '../state/popup.ts'

type Props = { readonly popup: Popup }

const SignIn = ({ popup, label }: Props & { readonly label: string }) => {
  const busy = popup.custody.busy.value === 'sign-in'
  return (
    <button type="button" class="small" aria-disabled={busy} onClick={() => !busy && void popup.signIn()}>
      {busy ? t.opening : label}
    </button>
  )
}

const Waiting = ({ popup }: Props) => (
  <>
    <p class="grow">{t.waitingElsewhere}</p>
    <button type="button" class="small" onClick={() => void popup.signIn()}>
      {t.show}
    </button>
    <button type="button" class="quiet small" onClick={() => void popup.cancelSignIn()}>
      {t.cancel}
    </button>
  </>
)

const accountOf = (popup: Popup, state: SessionState) => {
  switch (state.status) {
    case 'anonymous':
      return <SignIn popup={popup} label={t.signInToSync} />
    case 'expired':
      return (
        <>
          <p class="grow">
            {t.accountExpired} {expiredText(state)}
          </p>
          <SignIn popup={popup} label={t.signInAgain} />
        </>
      )
    case 'signing-in':
      return <Waiting popup={popup} />
    case 'signed-in':
      return <p class="grow muted account-name">{state.account.email ?? state.account.name ?? state.account.sub}</p>
  }
}

export const Account = ({ popup }: Props) => {
  const { custody, trouble } = popup
  const state = custody.state.value
  const unavailable = custody.link.value.status === 'unavailable'
  return (
    <footer class="popup-foot">
      {trouble.value !== undefined && (
        <p class="trouble" role="alert">
          {t[trouble.value.text]}
        </p>
      )}
      <div class="account">
        {state !== undefined && accountOf(popup, state)}
        {unavailable && <p class="grow muted">{t.signInFailed}</p>}
      </div>
      <a
        href="/app.html"
        onClick={(event) => {
          event.preventDefault()
          void popup.openNotebook()
        }}
      >
        {t.openHoldfast}
      </a>
    </footer>
  )
}
