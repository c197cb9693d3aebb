import { useApp } from '../state/context.ts'
import { exportAll, exportNote, progressText } from '../state/exchange-actions.ts'
import type { ExportFormat } from '../state/export-write.ts'
import { t } from '../ui/language.ts'
import { Modal } from '../ui/modal.tsx'

/** The two buttons by which notes come and go as files. */
export const ExchangeButtons = ({ small = false }: { readonly small?: boolean }) => {
  const { dialog } = useApp()
  const look = small ? 'quiet small' : ''
  const show = (name: 'import' | 'export') => () => {
    dialog.value = name
  }
  return (
    <>
      <button type="button" class={look} onClick={show('import')}>
        {t.import}
      </button>
      <button type="button" class={look} onClick={show('export')}>
        {t.export}
      </button>
    </>
  )
}

type ChoiceProps = { readonly name: string; readonly text: string; readonly disabled: boolean; onUse(): void }

const Choice = ({ name, text, disabled, onUse }: ChoiceProps) => (
  <li>
    <button type="button" disabled={disabled} onClick={onUse}>
      {name}
    </button>
    <span class="muted">{text}</span>
  </li>
)

const formats: readonly (readonly [format: ExportFormat, name: string, text: string])[] = [
  ['markdown', t.formatMarkdown, t.formatMarkdownText],
  ['json', t.formatJson, t.formatJsonText],
  ['html', t.formatHtml, t.formatHtmlText],
]

export const ExportDialog = () => {
  const app = useApp()
  const { dialog, exchange } = app
  if (dialog.value !== 'export') return null
  const close = (): void => {
    exchange.cancel()
    if (dialog.peek() === 'export') dialog.value = undefined
  }
  const running = exchange.progress.value !== undefined
  return (
    <Modal titleId="export-title" title={t.exportTitle} onClose={close}>
      <ul class="formats">
        {formats.map(([format, name, text]) => (
          <Choice key={format} name={name} text={text} disabled={running} onUse={() => void exportAll(app, format)} />
        ))}
      </ul>
      <div class="buttons">
        <button type="button" onClick={close}>
          {t.cancel}
        </button>
      </div>
    </Modal>
  )
}

export const ExportNoteDialog = () => {
  const app = useApp()
  const { dialog } = app
  if (dialog.value !== 'export-note') return null
  const close = (): void => {
    if (dialog.peek() === 'export-note') dialog.value = undefined
  }
  return (
    <Modal titleId="export-note-title" title={t.exportNote} onClose={close}>
      <ul class="formats">
        <Choice
          name={t.formatMarkdown1}
          text={t.formatMarkdown1Text}
          disabled={false}
          onUse={() => void exportNote(app, 'markdown')}
        />
        <Choice
          name={t.formatHtml}
          text={t.formatHtml1Text}
          disabled={false}
          onUse={() => void exportNote(app, 'html')}
        />
        <Choice name={t.print} text={t.printText} disabled={false} onUse={() => void exportNote(app, 'print')} />
      </ul>
      <div class="buttons">
        <button type="button" onClick={close}>
          {t.cancel}
        </button>
      </div>
    </Modal>
  )
}

/** How far an import or an export is, and the way to end it. */
export const ExchangeProgress = () => {
  const { exchange } = useApp()
  const progress = exchange.progress.value
  if (progress === undefined) return null
  return (
    <section class="recorder card" aria-label={progress.what === 'import' ? t.import : t.export}>
      <span role="status">{progressText(progress.what, progress.done)}</span>
      <progress max={1} value={progress.done} aria-label={progress.what === 'import' ? t.import : t.export} />
      <button type="button" class="small" onClick={exchange.cancel}>
        {t.cancel}
      </button>
    </section>
  )
}
