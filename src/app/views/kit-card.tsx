import { useSignal } from '@preact/signals'
import { useApp } from '../state/context.ts'
import { t } from '../ui/language.ts'

/** While nobody has shown to have the words: one card, that can be put away. */
export const KitCard = () => {
  const { dialog, navigation, sync } = useApp()
  const put = useSignal(false)
  const state = sync.state.value
  const isElsewhere = navigation.page.value !== 'settings' && dialog.value === undefined
  if (state.stage !== 'on' || state.kit === 'confirmed' || put.value || !isElsewhere) return null
  const { kit } = state
  return (
    <section class="keep-safe" aria-labelledby="kit-card-title">
      <h2 id="kit-card-title" class="keep-safe-title">
        {t.kitCardTitle}
      </h2>
      <p class="keep-safe-text muted">{kit === 'none' ? t.kitCardText : t.kitUnconfirmed}</p>
      <div class="notice-actions">
        <button
          type="button"
          class="small primary"
          onClick={() => {
            dialog.value = kit === 'none' ? 'kit' : 'kit-confirm'
          }}
        >
          {kit === 'none' ? t.kitMake : t.kitConfirmIt}
        </button>
        <button type="button" class="small quiet" onClick={() => (put.value = true)}>
          {t.notNow}
        </button>
      </div>
    </section>
  )
}
