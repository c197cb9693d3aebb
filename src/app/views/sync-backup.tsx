import { useSignal } from '@preact/signals'
import type { ErrorCode as Code } from '../../kit/client.ts'
import { useApp } from '../state/context.ts'
import { save } from '../state/save.ts'
import { failureWords } from '../state/sync-words.ts'
import { ErrorCode } from '../ui/error-code.tsx'
import { t } from '../ui/language.ts'

type Made = { readonly type: 'none' | 'making' | 'made' } | { readonly type: 'failed'; readonly code: Code }

const MakeBackup = () => {
  const { backup, sync } = useApp()
  const made = useSignal<Made>({ type: 'none' })
  const state = sync.state.value
  if (state.stage !== 'on') return null
  const make = async () => {
    made.value = { type: 'making' }
    const file = await backup.make()
    if (typeof file === 'string') made.value = { type: 'failed', code: file }
    else {
      save(file, file.name)
      made.value = { type: 'made' }
    }
  }
  const noKit = state.kit === 'none'
  const now = made.value
  return (
    <>
      <button
        type="button"
        disabled={noKit || now.type === 'making'}
        aria-describedby={noKit ? 'backup-why' : undefined}
        onClick={() => void make()}
      >
        {t.backupMake}
      </button>
      {noKit && (
        <small class="muted" id="backup-why">
          {t.backupNeedsKit}
        </small>
      )}
      <span role="status">
        {now.type === 'making' && t.backupMaking}
        {now.type === 'made' && t.backupMade}
        {now.type === 'failed' && (
          <>
            {failureWords(now.code, 'backupFailed')} <ErrorCode code={now.code} />
          </>
        )}
      </span>
    </>
  )
}

/** One file with everything, and the way back out of it; this also where nobody is signed in. */
export const SyncBackup = () => {
  const { custody, dialog } = useApp()
  if (custody.link.value.status !== 'ready') return null
  return (
    <>
      <h3 class="region-part">{t.backupTitle}</h3>
      <p class="muted">{t.backupText}</p>
      <div class="region-action">
        <MakeBackup />
        <button
          type="button"
          onClick={() => {
            dialog.value = 'restore'
          }}
        >
          {t.restoreTitle}
        </button>
      </div>
    </>
  )
}
