import { useSignal } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import type { StoredVersion } from '../../data/note-versions.ts'
import { plainText } from '../../notebook/note.ts'
import { useApp } from '../state/context.ts'
import { mediumTime } from '../ui/format.ts'
import { locale, t } from '../ui/language.ts'
import { Modal } from '../ui/modal.tsx'

/** What the open note was, to look at and to bring back. */
export const HistoryDialog = () => {
  const { dialog, notebook, versions } = useApp()
  const list = useSignal<readonly StoredVersion[] | undefined>(undefined)
  const chosen = useSignal<StoredVersion | undefined>(undefined)
  const note = notebook.open.value
  const isOpen = dialog.value === 'history'
  useEffect(() => {
    if (!isOpen) return
    list.value = undefined
    chosen.value = undefined
    const take = (found: readonly StoredVersion[]): void => {
      list.value = found
      chosen.value = found[0]
    }
    versions.of(note.id).then(take, () => take([]))
  }, [isOpen, note.id])
  if (!isOpen) return null
  const close = (): void => {
    if (dialog.peek() === 'history') dialog.value = undefined
  }
  const restore = async (version: StoredVersion): Promise<void> => {
    await versions.keep(note).catch(() => undefined)
    notebook.edit({ title: version.title, body: version.body })
    close()
  }
  const shown = chosen.value
  return (
    <Modal titleId="history-title" title={t.history} onClose={close} wide>
      {list.value === undefined && <p class="muted">{t.loading}</p>}
      {list.value?.length === 0 && <p>{t.noHistory}</p>}
      {shown !== undefined && (
        <div class="history">
          <label>
            <span class="visually-hidden">{t.version}</span>
            <select
              size={8}
              value={String(shown.seq)}
              onChange={({ currentTarget }) => {
                chosen.value = list.value?.find(({ seq }) => String(seq) === currentTarget.value)
              }}
            >
              {list.value?.map(({ seq, at }) => (
                <option key={seq} value={String(seq)}>
                  {mediumTime(locale, at)}
                </option>
              ))}
            </select>
          </label>
          <textarea class="history-text" readOnly aria-label={t.versionText} value={plainText(shown)} />
        </div>
      )}
      <div class="buttons">
        {shown !== undefined && (
          <button type="button" class="primary" disabled={note.trashedAt !== null} onClick={() => void restore(shown)}>
            {t.restoreVersion}
          </button>
        )}
        <button type="button" onClick={close}>
          {t.close}
        </button>
      </div>
    </Modal>
  )
}
