import { useSignal } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import { useApp } from '../state/context.ts'
import { size } from '../ui/format.ts'
import { language, locale, t } from '../ui/language.ts'
import { Facts, Region } from '../ui/region.tsx'
import { counted, fill } from '../ui/words.ts'
import { ExchangeButtons } from './exchange.tsx'

type Protection = 'asking' | 'open' | 'yes' | 'no' | 'never'

const protectionWords: { readonly [P in Protection]: string } = {
  asking: '…',
  open: t.protectAsk,
  yes: t.protectYes,
  no: t.protectNo,
  never: t.protectNever,
}

/** What the browser says of its storage. Older browsers, and pages without TLS, have no storage manager. */
const manager = (): StorageManager | undefined => ('storage' in navigator ? navigator.storage : undefined)

const readUsage = async (): Promise<string> => {
  const { usage, quota } = (await manager()?.estimate()) ?? {}
  if (usage === undefined || quota === undefined) return t.storageUnknown
  return fill(t.storageOf, { used: size(locale, usage), quota: size(locale, quota) })
}

const readProtection = async (): Promise<Protection> => {
  const storage = manager()
  if (storage?.persist === undefined) return 'never'
  return (await storage.persisted()) ? 'yes' : 'open'
}

export const DeviceRegion = () => {
  const { notebook } = useApp()
  const usage = useSignal('…')
  const protection = useSignal<Protection>('asking')
  const count = (notebook.notes.value?.length ?? 0) - notebook.trash.value.length
  useEffect(() => {
    readUsage().then(
      (text) => {
        usage.value = text
      },
      () => {
        usage.value = t.storageUnknown
      },
    )
  }, [count])
  useEffect(() => {
    readProtection().then(
      (found) => {
        protection.value = found
      },
      () => {
        protection.value = 'never'
      },
    )
  }, [protection])
  const protect = async () => {
    protection.value =
      (await manager()
        ?.persist()
        .catch(() => false)) === true
        ? 'yes'
        : 'no'
  }
  const offered = protection.value === 'open' || protection.value === 'no'
  return (
    <Region title={t.thisDevice}>
      <Facts
        facts={[
          [t.storedNotes, counted(language, 'notesCount', count)],
          [t.storageUsed, usage.value],
          [
            t.storageProtection,
            <span key="words" aria-live="polite">
              {protectionWords[protection.value]}
            </span>,
          ],
        ]}
      />
      <p class="region-action">
        <ExchangeButtons />
        {offered && (
          <button type="button" onClick={() => void protect()}>
            {t.protectStorage}
          </button>
        )}
      </p>
    </Region>
  )
}
