import { chipFor } from '../../../app/state/chip.ts'
import { Mark } from '../../../app/ui/icons.tsx'
import { StatusChip } from '../../../app/ui/status-chip.tsx'
import type { Popup } from '../state/popup.ts'
import { Account } from './account.tsx'
import { Clip } from './clip.tsx'
import { QuickNote } from './quick-note.tsx'
import { RecentNotes } from './recent-notes.tsx'

const Status = ({ popup }: { readonly popup: Popup }) => {
  const session = popup.custody.state.value
  const link = popup.custody.link.value
  const sync = link.status === 'ready' ? link.session.sync.state.value : ({ stage: 'unavailable' } as const)
  const chip = chipFor({
    saving: false,
    failed: popup.saveFailed.value,
    online: navigator.onLine && (session?.status !== 'signed-in' || session.online),
    expired: session?.status === 'expired',
    sync,
  })
  return <StatusChip chip={chip} sync={sync} />
}

export const PopupView = ({ popup }: { readonly popup: Popup }) => (
  <main class="popup">
    <header class="popup-head">
      <Mark />
      <h1>Holdfast</h1>
      <Status popup={popup} />
    </header>
    {popup.draft.value === undefined && <Clip popup={popup} />}
    <QuickNote popup={popup} />
    <RecentNotes popup={popup} />
    <Account popup={popup} />
  </main>
)
