import { applyUpdate } from '../state/actions.ts'
import { useApp } from '../state/context.ts'
import { t } from '../ui/language.ts'

/** Not modal, and takes no focus: whoever is writing goes on writing. */
export const UpdatePrompt = () => {
  const app = useApp()
  const { update } = app
  if (!update.asks.value && !update.running.value) return null
  const running = update.running.value
  return (
    <div class="card update" role="alertdialog" aria-labelledby="update-title" aria-describedby="update-text">
      <h2 id="update-title">{t.updateTitle}</h2>
      <p id="update-text" class="muted">
        {running ? t.updating : t.updateText}
      </p>
      <div class="buttons">
        <button type="button" class="quiet" disabled={running} onClick={update.later}>
          {t.later}
        </button>
        <button type="button" class="primary" disabled={running} onClick={() => void applyUpdate(app)}>
          {t.update}
        </button>
      </div>
    </div>
  )
}
