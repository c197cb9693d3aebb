import { CopyButton } from './copy-button.tsx'
import { t } from './language.ts'

/** A stable code, to copy into a report. */
export const ErrorCode = ({ code }: { readonly code: string }) => (
  <span class="notice-code">
    {t.errorCode} <code>{code}</code> <CopyButton label={t.copy} text={() => code} />
  </span>
)
