import { openText } from '../state/actions.ts'
import { useApp } from '../state/context.ts'
import type { Notice } from '../state/notices.ts'
import { CopyButton } from '../ui/copy-button.tsx'
import { ErrorCode } from '../ui/error-code.tsx'
import { CloseIcon } from '../ui/icons.tsx'
import { t } from '../ui/language.ts'
import { KeepSafe } from './keep-safe.tsx'
import { KitCard } from './kit-card.tsx'

const NoticeItem = ({ notice }: { readonly notice: Notice }) => {
  const app = useApp()
  const { code } = notice
  return (
    <div class={notice.tone === 'error' ? 'notice error' : 'notice'} role="alert">
      <p>{notice.text}</p>
      <div class="notice-actions">
        {notice.copiesText === true && <CopyButton label={t.copyText} text={() => openText(app)} />}
        {notice.actions?.map(({ label, run }) => (
          <button key={label} type="button" class="small" onClick={run}>
            {label}
          </button>
        ))}
        {code !== undefined && <ErrorCode code={code} />}
      </div>
      <button
        type="button"
        class="quiet icon-only"
        aria-label={t.dismiss}
        onClick={() => app.notices.dismiss(notice.kind)}
      >
        <CloseIcon />
      </button>
    </div>
  )
}

export const NoticeList = () => {
  const { notices } = useApp()
  return (
    <div class="notices">
      {notices.list.value.map((notice) => (
        <NoticeItem key={notice.kind} notice={notice} />
      ))}
      <KitCard>
        <KeepSafe />
      </KitCard>
    </div>
  )
}
