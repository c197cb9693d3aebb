import type { ComponentChildren } from 'preact'
import type { SessionState } from '../../kit/client.ts'
import { cancelSignIn, signIn } from '../state/actions.ts'
import { useApp } from '../state/context.ts'
import { expiredText } from '../state/expired-words.ts'
import { language, t } from '../ui/language.ts'
import { Facts, Region } from '../ui/region.tsx'
import { counted } from '../ui/words.ts'

const SignIn = () => {
  const app = useApp()
  const busy = app.custody.busy.value === 'sign-in'
  const online = app.network.online.value
  const pairs = app.serverFacts.pairs.value
  return (
    <p class="region-action">
      <button type="button" class="primary" disabled={busy} onClick={() => void signIn(app)}>
        {busy ? t.opening : t.signIn}
      </button>
      {pairs && (
        <button
          type="button"
          disabled={busy || !online}
          aria-describedby={online ? undefined : 'join-offline'}
          onClick={() => {
            app.dialog.value = 'join'
          }}
        >
          {t.joinTitle}
        </button>
      )}
      {pairs && !online && (
        <small class="muted" id="join-offline">
          {t.pairOffline}
        </small>
      )}
    </p>
  )
}

const SigningIn = () => {
  const app = useApp()
  return (
    <>
      <p>{t.accountSigningIn}</p>
      <p class="region-action">
        <button type="button" onClick={() => void cancelSignIn(app)}>
          {t.cancel}
        </button>
      </p>
    </>
  )
}

const SignedIn = ({ state }: { readonly state: SessionState & { readonly status: 'signed-in' } }) => {
  const { dialog, accountPage, serverFacts } = useApp()
  const { account, device, provider } = state
  const elsewhere = serverFacts.elsewhere.value
  return (
    <>
      <Facts
        facts={[
          [t.signedInAs, account.email ?? account.name ?? account.sub],
          [t.provider, elsewhere ?? (provider === 'main' ? t.providerMain : provider)],
          [
            t.thisDeviceName,
            device.name.includes(device.platform) ? device.name : `${device.name} · ${device.platform}`,
          ],
        ]}
      />
      {elsewhere === undefined && (
        <p class="region-action">
          <a href={accountPage}>{t.manageAccount}</a>
        </p>
      )}
      <p class="region-action">
        <button
          type="button"
          onClick={() => {
            dialog.value = 'sign-out'
          }}
        >
          {t.signOut}
        </button>
      </p>
    </>
  )
}

/** A browser without service workers stays without; one whose worker did not answer is worth another try. */
const Unavailable = () =>
  'serviceWorker' in navigator ? (
    <>
      <p>{t.workerUnavailable}</p>
      <p class="region-action">
        <button type="button" onClick={() => location.reload()}>
          {t.reload}
        </button>
      </p>
    </>
  ) : (
    <p>{t.accountUnavailable}</p>
  )

const accountOf = (state: SessionState): ComponentChildren => {
  switch (state.status) {
    case 'anonymous':
      return (
        <>
          <p>{t.accountAnonymous}</p>
          <SignIn />
        </>
      )
    case 'signing-in':
      return <SigningIn />
    case 'signed-in':
      return <SignedIn state={state} />
    case 'expired':
      return (
        <>
          <p>
            <strong>{t.accountExpired}</strong> {expiredText(state)}
          </p>
          {state.account.email !== null && <Facts facts={[[t.signedInAs, state.account.email]]} />}
          <SignIn />
        </>
      )
  }
}

export const AccountRegion = () => {
  const { custody } = useApp()
  const state = custody.state.value
  const waiting = state?.pending.signOuts ?? 0
  return (
    <Region title={t.account}>
      {state !== undefined && accountOf(state)}
      {custody.link.value.status === 'starting' && <p class="muted">{t.accountStarting}</p>}
      {custody.link.value.status === 'unavailable' && <Unavailable />}
      {waiting > 0 && <p class="muted">{counted(language, 'pendingSignOuts', waiting)}</p>}
    </Region>
  )
}
