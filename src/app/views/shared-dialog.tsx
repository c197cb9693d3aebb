import { keepShared } from '../state/arrivals.ts'
import { useApp } from '../state/context.ts'
import { language, t } from '../ui/language.ts'
import { Modal } from '../ui/modal.tsx'
import { counted } from '../ui/words.ts'

/** Asks before what another app or a site has sent becomes a note. */
export const SharedDialog = () => {
  const app = useApp()
  const shared = app.shared.value
  if (shared === undefined) return null
  const close = (): void => {
    app.shared.value = undefined
  }
  return (
    <Modal titleId="shared-title" title={t.sharedTitle} onClose={close}>
      {shared.title !== '' && (
        <p>
          <strong>{shared.title}</strong>
        </p>
      )}
      {shared.text !== '' && <p class="shared-text">{shared.text.slice(0, 500)}</p>}
      {shared.files.length > 0 && <p class="muted">{counted(language, 'sharedFiles', shared.files.length)}</p>}
      <div class="buttons">
        <button
          type="button"
          class="primary"
          onClick={() => {
            close()
            void keepShared(app, shared)
          }}
        >
          {t.keepShared}
        </button>
        <button type="button" onClick={close}>
          {t.discard}
        </button>
      </div>
    </Modal>
  )
}
