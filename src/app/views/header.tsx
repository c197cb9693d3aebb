import { closeNote, newNote, signIn } from '../state/actions.ts'
import { useApp } from '../state/context.ts'
import { places } from '../state/focus.ts'
import { BackIcon, Mark, PlusIcon, SettingsIcon } from '../ui/icons.tsx'
import { t } from '../ui/language.ts'
import { PageLink } from '../ui/page-link.tsx'
import { StatusChip } from '../ui/status-chip.tsx'

const SignInButton = () => {
  const app = useApp()
  const { custody, navigation } = app
  const status = custody.state.value?.status
  const offered = status === 'anonymous' || status === 'expired'
  if (!offered || navigation.page.value === 'settings') return null
  const busy = custody.busy.value !== undefined
  return (
    <button type="button" class="quiet" aria-disabled={busy} onClick={() => !busy && void signIn(app)}>
      {t.signIn}
    </button>
  )
}

/** The server lets in whoever reaches it: said on every page. */
const TrustedNetwork = () => {
  const { serverFacts } = useApp()
  if (!serverFacts.trustsNetwork.value) return null
  return (
    <PageLink page="settings" class="trusted-network" title={t.trustedNetworkText}>
      {t.trustedNetwork}
    </PageLink>
  )
}

export const Header = () => {
  const app = useApp()
  const { navigation } = app
  const settings = navigation.page.value === 'settings'
  const back = !settings && navigation.pane.value === 'note'
  return (
    <header class="bar">
      <div class="bar-brand">
        <PageLink page="notebook" class="brand">
          <Mark />
          <span>Holdfast</span>
        </PageLink>
        <button type="button" class="new-note" title={t.newNote} onClick={() => newNote(app)}>
          <PlusIcon />
          <span class="label">{t.newNote}</span>
        </button>
      </div>
      <div class="bar-account">
        <SignInButton />
        <PageLink page="settings" class="settings-link" title={t.settings}>
          <SettingsIcon />
          <span class="label">{t.settings}</span>
        </PageLink>
      </div>
      <div class="bar-state">
        {back && (
          <button id={places.back} type="button" class="quiet only-narrow back" onClick={() => closeNote(app)}>
            <BackIcon />
            {t.back}
          </button>
        )}
        <TrustedNetwork />
        <StatusChip chip={app.chip.value} sync={app.sync.state.value} />
      </div>
    </header>
  )
}
