import type { RefObject } from 'preact'
import { useRef } from 'preact/hooks'
import { useApp } from '../state/context.ts'
import { importFiles, reportOf } from '../state/exchange-actions.ts'
import { CopyButton } from '../ui/copy-button.tsx'
import { language, t } from '../ui/language.ts'
import { Modal } from '../ui/modal.tsx'
import { counted } from '../ui/words.ts'

/** What can be imported, for the picker of the system; with the pictures that a text may name. */
const taken = '.zip,.json,.enex,.jex,.md,.markdown,.txt,.html,.htm,image/*,audio/*,application/pdf'

const kinds = [t.importFromHoldfast, t.importFromEvernote, t.importFromJoplin, t.importFromOthers, t.importFromFiles]

/** Every browser picks folders by this attribute, which no standard names. */
const folder = { webkitdirectory: true }

type PickerProps = { readonly picker: RefObject<HTMLInputElement | null>; readonly isFolder: boolean }

const Picker = ({ picker, isFolder }: PickerProps) => {
  const app = useApp()
  return (
    <input
      ref={picker}
      type="file"
      multiple
      hidden
      {...(isFolder ? folder : { accept: taken })}
      aria-label={isFolder ? t.importFolder : t.importFiles}
      onChange={({ currentTarget }) => {
        void importFiles(app, [...(currentTarget.files ?? [])])
        currentTarget.value = ''
        if (app.dialog.peek() === 'import') app.dialog.value = undefined
      }}
    />
  )
}

/** Says what can be imported, and from where. Its pickers are in the page also while it is closed. */
export const ImportDialog = () => {
  const { dialog } = useApp()
  const [oneByOne, whole] = [useRef<HTMLInputElement>(null), useRef<HTMLInputElement>(null)]
  const close = (): void => {
    if (dialog.peek() === 'import') dialog.value = undefined
  }
  return (
    <>
      <Picker picker={oneByOne} isFolder={false} />
      <Picker picker={whole} isFolder />
      {dialog.value === 'import' && (
        <Modal titleId="import-title" title={t.importTitle} onClose={close}>
          <ul>
            {kinds.map((kind) => (
              <li key={kind}>{kind}</li>
            ))}
          </ul>
          <p class="muted">
            {t.importDrop} {t.importOnce}
          </p>
          <div class="buttons">
            <button type="button" class="primary" onClick={() => oneByOne.current?.click()}>
              {t.chooseFiles}
            </button>
            <button type="button" onClick={() => whole.current?.click()}>
              {t.chooseFolder}
            </button>
            <button type="button" onClick={close}>
              {t.cancel}
            </button>
          </div>
        </Modal>
      )}
    </>
  )
}

/** What an import could not take in: each by its name, with the reason. */
export const ImportReport = () => {
  const { dialog, exchange } = useApp()
  const left = exchange.left.value
  if (dialog.value !== 'import-report' || left.length === 0) return null
  const close = (): void => {
    if (dialog.peek() === 'import-report') dialog.value = undefined
  }
  const text = reportOf(left)
  return (
    <Modal titleId="import-report-title" title={t.reportTitle} onClose={close} wide>
      <p>{counted(language, 'importedLeft', left.length)}</p>
      <textarea class="report" readOnly rows={10} aria-label={t.reportTitle} value={text} />
      <div class="buttons">
        <CopyButton label={t.copy} text={() => text} />
        <button type="button" class="primary" onClick={close}>
          {t.close}
        </button>
      </div>
    </Modal>
  )
}
