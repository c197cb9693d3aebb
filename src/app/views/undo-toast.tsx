import { useEffect } from 'preact/hooks'
import { undoDelete } from '../state/actions.ts'
import { useApp } from '../state/context.ts'
import { t } from '../ui/language.ts'

const SHOWN_FOR = 10_000

/** Stays while it is pointed at or holds the focus: nobody is hurried. */
export const UndoToast = () => {
  const app = useApp()
  const removed = app.notebook.removed.value
  useEffect(() => {
    if (removed === undefined) return
    const close = () => {
      if (document.querySelector('.toast:hover, .toast:focus-within') === null) app.notebook.forgetRemoved()
      else timer = setTimeout(close, SHOWN_FOR)
    }
    let timer = setTimeout(close, SHOWN_FOR)
    return () => clearTimeout(timer)
  }, [removed, app])
  return (
    <div class="toast-place" aria-live="polite">
      {removed !== undefined && (
        <div class="toast">
          <span>{t.noteDeleted}</span>
          <button type="button" class="small" onClick={() => undoDelete(app)}>
            {t.undo}
          </button>
        </div>
      )}
    </div>
  )
}
