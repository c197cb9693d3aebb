import { useApp } from '../state/context.ts'
import { DraftDialog } from './draft-dialog.tsx'
import { EnableSyncDialog } from './enable-sync-dialog.tsx'
import { ExchangeProgress, ExportDialog, ExportNoteDialog } from './exchange.tsx'
import { Header } from './header.tsx'
import { HistoryDialog } from './history-dialog.tsx'
import { ImportDialog, ImportReport } from './import-dialog.tsx'
import { JoinDialog } from './join-dialog.tsx'
import { KeysDialog } from './keys-dialog.tsx'
import { NotebookView } from './notebook-view.tsx'
import { NoticeList } from './notice-list.tsx'
import { PairDialog } from './pair-dialog.tsx'
import { RecorderBar } from './recorder-bar.tsx'
import { RecoveryKitDialog } from './recovery-kit-dialog.tsx'
import { RestoreDialog } from './restore-dialog.tsx'
import { SettingsView } from './settings-view.tsx'
import { SharedDialog } from './shared-dialog.tsx'
import { SignOutDialog } from './sign-out-dialog.tsx'
import { UndoToast } from './undo-toast.tsx'
import { ApproveDialog, UnlockDialog } from './unlock-dialog.tsx'
import { UpdatePrompt } from './update-prompt.tsx'

export const Shell = () => {
  const { navigation } = useApp()
  const settings = navigation.page.value === 'settings'
  return (
    <div class={settings ? 'shell on-settings' : 'shell'} data-pane={navigation.pane.value}>
      <Header />
      <NoticeList />
      {settings ? <SettingsView /> : <NotebookView />}
      <RecorderBar />
      <ExchangeProgress />
      <UndoToast />
      <UpdatePrompt />
      <SignOutDialog />
      <KeysDialog />
      <PairDialog />
      <JoinDialog />
      <EnableSyncDialog />
      <UnlockDialog />
      <ApproveDialog />
      <RecoveryKitDialog />
      <RestoreDialog />
      <HistoryDialog />
      <DraftDialog />
      <SharedDialog />
      <ImportDialog />
      <ImportReport />
      <ExportDialog />
      <ExportNoteDialog />
    </div>
  )
}
