import { useSignal } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import { emptyTrash, forgetVersions } from '../state/actions.ts'
import { useApp } from '../state/context.ts'
import { Confirm } from '../ui/confirm.tsx'
import { size } from '../ui/format.ts'
import { language, locale, t } from '../ui/language.ts'
import { protectionWords } from '../ui/protection.ts'
import { Facts, Region } from '../ui/region.tsx'
import { counted, fill } from '../ui/words.ts'
import { ExchangeButtons } from './exchange.tsx'

const readUsage = async (): Promise<string> => {
  // Older browsers, and pages without TLS, have no storage manager.
  const { usage, quota } = (await ('storage' in navigator ? navigator.storage.estimate() : undefined)) ?? {}
  if (usage === undefined || quota === undefined) return t.storageUnknown
  return fill(t.storageOf, { used: size(locale, usage), quota: size(locale, quota) })
}

/** What takes room and can be done without. */
const FreeSpace = () => {
  const app = useApp()
  const asks = useSignal<'trash' | 'versions' | undefined>(undefined)
  const trashed = app.notebook.trash.value.length
  return (
    <div class="region-action" id="free-space">
      {trashed > 0 && (
        <button
          type="button"
          onClick={() => {
            asks.value = 'trash'
          }}
        >
          {t.emptyTrash}
        </button>
      )}
      <button
        type="button"
        onClick={() => {
          asks.value = 'versions'
        }}
      >
        {t.forgetVersions}
      </button>
      {asks.value !== undefined && (
        <Confirm
          title={asks.value === 'trash' ? t.emptyTrash : t.forgetVersions}
          text={asks.value === 'trash' ? counted(language, 'eraseText', trashed) : t.forgetVersionsText}
          yes={t.eraseForGood}
          onYes={() => void (asks.peek() === 'trash' ? emptyTrash(app) : forgetVersions(app))}
          onClose={() => setTimeout(() => (asks.value = undefined), 0)}
        />
      )}
    </div>
  )
}

export const DeviceRegion = () => {
  const { notebook, install, putAway } = useApp()
  const usage = useSignal('…')
  const away = useSignal(0)
  const protection = install.protection.value
  const all = notebook.notes.value?.length ?? 0
  const trashed = notebook.trash.value.length
  useEffect(() => {
    readUsage().then(
      (text) => {
        usage.value = text
      },
      () => {
        usage.value = t.storageUnknown
      },
    )
    void putAway().then(
      (count) => {
        away.value = count
      },
      () => undefined,
    )
  }, [all])
  return (
    <Region title={t.thisDevice}>
      <Facts
        facts={[
          [t.storedNotes, counted(language, 'notesCount', all - trashed)],
          ...(away.value === 0 ? [] : [[t.putAway, counted(language, 'putAwayNotes', away.value)] as const]),
          [t.storageUsed, usage.value],
          [
            t.storageProtection,
            <span key="words" aria-live="polite">
              {protectionWords[protection]}
            </span>,
          ],
        ]}
      />
      <p class="region-action">
        <ExchangeButtons />
        {(protection === 'open' || protection === 'no') && (
          <button type="button" onClick={() => void install.protect()}>
            {t.protectStorage}
          </button>
        )}
        {install.offered.value && (
          <button type="button" onClick={() => void install.install()}>
            {t.install}
          </button>
        )}
      </p>
      <FreeSpace />
    </Region>
  )
}
