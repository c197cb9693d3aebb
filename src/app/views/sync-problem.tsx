import type { SyncProblem } from '../../kit/client.ts'
import { signIn } from '../state/actions.ts'
import { useApp } from '../state/context.ts'
import { problemText } from '../state/sync-words.ts'
import { ErrorCode } from '../ui/error-code.tsx'
import { t } from '../ui/language.ts'

const Again = ({ label }: { readonly label: string }) => {
  const { sync } = useApp()
  return (
    <button type="button" class="small" disabled={sync.busy.value !== undefined} onClick={() => void sync.act('run')}>
      {label}
    </button>
  )
}

const Export = ({ label }: { readonly label: string }) => {
  const { dialog } = useApp()
  return (
    <button
      type="button"
      class="small"
      onClick={() => {
        dialog.value = 'export'
      }}
    >
      {label}
    </button>
  )
}

/** The next step. */
const Step = ({ type }: { readonly type: SyncProblem['type'] }) => {
  const app = useApp()
  switch (type) {
    case 'offline':
    case 'full':
    case 'storage':
      return <Again label={t.tryAgain} />
    case 'stopped':
      return <Again label={t.resume} />
    case 'signed-out':
      return (
        <button type="button" class="small" onClick={() => void signIn(app)}>
          {t.signIn}
        </button>
      )
    case 'removed':
    case 'server-false':
      return <Export label={t.export} />
    case 'server-lost':
      return (
        <>
          <button
            type="button"
            class="small"
            disabled={app.sync.busy.value !== undefined}
            onClick={() => void app.sync.act('uploadMine')}
          >
            {t.syncUploadMine}
          </button>
          <Export label={t.syncExportFirst} />
        </>
      )
  }
}

/** Why the last exchange did not come to its end. */
export const SyncProblemBox = ({ problem }: { readonly problem: SyncProblem }) => {
  const calm = problem.type === 'offline' || problem.type === 'stopped'
  return (
    <div class={calm ? 'notice' : 'notice error'} role="status">
      <p>{problemText[problem.type]}</p>
      <div class="notice-actions">
        <Step type={problem.type} />
        <ErrorCode code={problem.code} />
      </div>
    </div>
  )
}
