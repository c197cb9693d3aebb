import { CopyButton } from './copy-button.tsx'
import { t } from './language.ts'

/** A line to copy somewhere else, with what it is for. */
export const CommandLine = ({ text, line }: { readonly text: string; readonly line: string }) => (
  <>
    <p>{text}</p>
    <p class="command-line">
      <code>{line}</code>
      <CopyButton label={t.copy} text={() => line} />
    </p>
  </>
)
