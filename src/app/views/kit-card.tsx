import { useSignal } from '@preact/signals'
import type { ComponentChildren } from 'preact'
import { useApp } from '../state/context.ts'
import { t } from '../ui/language.ts'

/** While nobody has shown to have the words: one card, that can be put away. `children` stand in its place otherwise. */
export const KitCard = ({ children }: { readonly children: ComponentChildren }) => {
  const { dialog, navigation, sync } = useApp()
  const put = useSignal(false)
  const state = sync.state.value
  const isElsewhere = navigation.page.value !== 'settings'
  if (state.stage !== 'on' || state.kit === 'confirmed' || put.value || !isElsewhere) return <>{children}</>
  const { kit } = state
  return (
    <section class="keep-safe" aria-labelledby="kit-card-title">
      <h2 id="kit-card-title" class="keep-safe-title">
        {kit === 'none' ? t.kitCardTitle : t.kitCardConfirm}
      </h2>
      <p class="keep-safe-text muted">{kit === 'none' ? t.kitCardText : t.kitCardConfirmText}</p>
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
