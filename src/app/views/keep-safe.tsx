import { useApp } from '../state/context.ts'
import { t } from '../ui/language.ts'
import { protectionWords } from '../ui/protection.ts'

/** After the first note: how it is kept, and not lost. */
export const KeepSafe = () => {
  const { install, navigation } = useApp()
  if (!install.asks.value || navigation.page.value === 'settings') return null
  const protection = install.protection.value
  return (
    <section class="keep-safe" aria-labelledby="keep-safe-title">
      <h2 id="keep-safe-title" class="keep-safe-title">
        {t.keepSafe}
      </h2>
      <p class="keep-safe-text muted">
        {!install.installed.value && !install.offered.value && <>{t.installByHand} </>}
        <span aria-live="polite">{protectionWords[protection]}</span>
      </p>
      <div class="notice-actions">
        {install.offered.value && (
          <button type="button" class="small primary" onClick={() => void install.install()}>
            {t.install}
          </button>
        )}
        {(protection === 'open' || protection === 'no') && (
          <button type="button" class="small" onClick={() => void install.protect()}>
            {t.protectStorage}
          </button>
        )}
        <button type="button" class="small quiet" onClick={install.notNow}>
          {protection === 'yes' ? t.close : t.notNow}
        </button>
      </div>
    </section>
  )
}
