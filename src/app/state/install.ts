import { computed, effect, type ReadonlySignal, signal } from '@preact/signals'
import * as v from 'valibot'
import type { SettingsStore } from '../../data/settings-store.ts'

/** What the browser fires where it offers to install the app. It is in no standard. */
type Offer = Event & { prompt(): Promise<unknown> }

const isOffer = (event: Event): event is Offer => typeof Reflect.get(event, 'prompt') === 'function'

/** Whether the storage is protected: what the browser says. */
export type Protection = 'asking' | 'open' | 'yes' | 'no' | 'never'

export type Install = {
  /** True where the browser lets the page ask to be installed. */
  readonly offered: ReadonlySignal<boolean>
  readonly installed: ReadonlySignal<boolean>
  readonly protection: ReadonlySignal<Protection>
  /** True where the person is to be asked to keep the notes safe. */
  readonly asks: ReadonlySignal<boolean>
  install(): Promise<void>
  protect(): Promise<void>
  /** The person does not want to be asked. */
  notNow(): void
}

const NOT_NOW = 'keep-safe-asked'

const manager = (): StorageManager | undefined => ('storage' in navigator ? navigator.storage : undefined)

const isStandalone = (): boolean => matchMedia('(display-mode: standalone)').matches

const readProtection = async (): Promise<Protection> => {
  const storage = manager()
  if (storage?.persist === undefined) return 'never'
  return (await storage.persisted()) ? 'yes' : 'open'
}

/** `hasNotes`: whether something was written. `isPlace`: whether this is a place that can be installed at all. */
export const createInstall = (
  settings: SettingsStore,
  hasNotes: ReadonlySignal<boolean>,
  isPlace: boolean,
): Install => {
  const offer = signal<Offer | undefined>(undefined)
  const installed = signal(isStandalone())
  const protection = signal<Protection>('asking')
  /** Undefined until it is known. */
  const declined = signal<boolean | undefined>(undefined)

  addEventListener('beforeinstallprompt', (event) => {
    if (!isOffer(event)) return
    event.preventDefault()
    offer.value = event
  })
  addEventListener('appinstalled', () => {
    installed.value = true
    offer.value = undefined
  })
  readProtection().then(
    (found) => {
      protection.value = found
    },
    () => {
      protection.value = 'never'
    },
  )
  // Nothing is looked up before there is something to keep safe.
  const stop = effect(() => {
    if (!hasNotes.value || !isPlace) return
    setTimeout(() => stop(), 0)
    void settings.get(NOT_NOW, v.boolean()).then((said) => {
      declined.value = said ?? false
    })
  })

  return {
    offered: computed(() => offer.value !== undefined),
    installed,
    protection,
    asks: computed(
      () => hasNotes.value && declined.value === false && !(installed.value && protection.value === 'yes'),
    ),
    async install() {
      const event = offer.peek()
      // It can be used once.
      offer.value = undefined
      await event?.prompt()
    },
    async protect() {
      const storage = manager()
      protection.value = (await storage?.persist().catch(() => false)) === true ? 'yes' : 'no'
    },
    notNow() {
      declined.value = true
      void settings.set(NOT_NOW, true)
    },
  }
}
