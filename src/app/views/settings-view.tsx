import { useSignal } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import { useApp } from '../state/context.ts'
import { BackIcon } from '../ui/icons.tsx'
import { t } from '../ui/language.ts'
import { PageLink } from '../ui/page-link.tsx'
import { AccountRegion } from './account-region.tsx'
import { CloudAiRegion } from './cloud-ai-region.tsx'
import { DeviceRegion } from './device-region.tsx'
import { DevicesRegion } from './devices-region.tsx'
import { LocalAiRegion } from './local-ai-region.tsx'
import { SecurityRegion } from './security-region.tsx'
import { SyncRegion } from './sync-region.tsx'

/** How long the worker is waited for before what needs none of it is shown without, in milliseconds. */
const PATIENCE = 3000

/**
 * All at once: what the worker tells makes the first regions several times as tall, and a button further down would go from
 * under the pointer.
 */
const Regions = () => {
  const { custody, dialog } = useApp()
  const isLate = useSignal(false)
  useEffect(() => {
    const timer = setTimeout(() => {
      isLate.value = true
    }, PATIENCE)
    return () => clearTimeout(timer)
  }, [isLate])
  if (custody.link.value.status === 'starting' && !isLate.value) return <p class="muted">{t.accountStarting}</p>
  return (
    <>
      <AccountRegion />
      <SyncRegion />
      <SecurityRegion />
      <DevicesRegion />
      <LocalAiRegion />
      <CloudAiRegion />
      <DeviceRegion />
      <p class="settings-foot">
        <button
          type="button"
          class="quiet"
          onClick={() => {
            dialog.value = 'keys'
          }}
        >
          {t.showKeys} <kbd>?</kbd>
        </button>
      </p>
    </>
  )
}

export const SettingsView = () => (
  <main class="settings">
    <PageLink page="notebook" class="back-link">
      <BackIcon />
      {t.backToNotes}
    </PageLink>
    <h1>{t.settings}</h1>
    <Regions />
  </main>
)
