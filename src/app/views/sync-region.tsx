import type { SyncState } from '../../kit/client.ts'
import { useApp } from '../state/context.ts'
import { t } from '../ui/language.ts'
import { Region } from '../ui/region.tsx'
import { SyncBackup } from './sync-backup.tsx'
import { SyncFailure, SyncOn, TurnOff } from './sync-on.tsx'
import { UnlockChoices } from './unlock-dialog.tsx'

const Off = () => {
  const { custody, dialog, network } = useApp()
  const online = network.online.value
  return (
    <>
      <p>{t.syncWhat}</p>
      {custody.link.value.status === 'ready' && (
        <div class="region-action">
          <button
            type="button"
            class="primary"
            disabled={!online}
            aria-describedby={online ? undefined : 'enable-offline'}
            onClick={() => {
              dialog.value = 'enable-sync'
            }}
          >
            {t.syncEnable}
          </button>
          {!online && (
            <small class="muted" id="enable-offline">
              {t.syncOffline}
            </small>
          )}
        </div>
      )}
      {custody.link.value.status === 'unavailable' && <p class="muted">{t.accountUnavailable}</p>}
    </>
  )
}

const Locked = () => (
  <>
    <p>{t.syncLocked}</p>
    <div class="region-action">
      <UnlockChoices />
      <TurnOff />
    </div>
  </>
)

const Stage = ({ state }: { readonly state: SyncState }) => {
  switch (state.stage) {
    case 'unavailable':
    case 'off':
      return <Off />
    case 'locked':
      return <Locked />
    case 'on':
      return <SyncOn state={state} />
  }
}

/** Whether the notes of this device are with the account, and how far. */
export const SyncRegion = () => {
  const { sync } = useApp()
  return (
    <Region title={t.sync}>
      <Stage state={sync.state.value} />
      <SyncFailure />
      <SyncBackup />
    </Region>
  )
}
