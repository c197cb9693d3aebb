import { effect } from '@preact/signals'
import * as v from 'valibot'
import type { SettingsStore } from '../../data/settings-store.ts'
import type { App, DialogName } from './app.ts'
import type { Paths } from './navigation.ts'

/** What goes on once the person is back from the identity provider: an address of the settings says so. */
export type SyncReturn = 'enable' | 'kit' | 'join'

const PARAMETER = 'sync'
const LEFT_FOR = 'sync-left-for'
/** A sign-in takes no longer, in milliseconds. */
const GOOD_FOR = 30 * 60_000

const dialogs: { readonly [R in SyncReturn]: DialogName } = { enable: 'enable-sync', kit: 'kit', join: 'join' }

const isReturn = (value: string | null): value is SyncReturn => value !== null && Object.hasOwn(dialogs, value)

/** The address of the settings that goes on with `what`. */
export const returnAddress = ({ settings }: Paths, what: SyncReturn): string =>
  `${settings}${settings.includes('?') ? '&' : '?'}${PARAMETER}=${what}`

/** Takes what an address goes on with out of it. An address is anyone's to write: what is not known is not there. */
export const takeReturn = (address: URL): { readonly what: SyncReturn | undefined; readonly clean: string } => {
  const query = address.search
    .replace(/^\?/u, '')
    .split('&')
    .filter((part) => part !== '')
  const given = new URLSearchParams(address.search).get(PARAMETER)
  const rest = query.filter((part) => part.split('=')[0] !== PARAMETER).join('&')
  return {
    what: isReturn(given) ? given : undefined,
    clean: `${address.pathname}${rest === '' ? '' : `?${rest}`}${address.hash}`,
  }
}

const leftSchema = v.object({ what: v.string(), at: v.number() })

/** What this browser has left for the provider for. Without it, a link of somebody else could do more than open a dialog. */
export type Leaving = {
  remember(what: SyncReturn): Promise<void>
  /** Whether it was for this, not long ago; once. */
  take(what: SyncReturn): Promise<boolean>
}

export const createLeaving = (settings: SettingsStore, now: () => number): Leaving => ({
  remember: (what) => settings.set(LEFT_FOR, { what, at: now() }),
  async take(what) {
    const left = await settings.get(LEFT_FOR, leftSchema)
    if (left?.what !== what) return false
    await settings.set(LEFT_FOR, null)
    return now() - left.at < GOOD_FOR
  },
})

/** Goes on with what the person has left the page for. Where the sign-in did not work, once another one has. */
export const followReturn = (app: App): void => {
  const here = new URL(location.href)
  const { what } = takeReturn(here)
  if (what === undefined) return
  const failed = here.searchParams.has('signin')
  const stop = effect(() => {
    const status = app.custody.state.value?.status
    if (status === undefined || (failed && status !== 'signed-in')) return
    setTimeout(() => stop(), 0)
    history.replaceState(history.state, '', takeReturn(new URL(location.href)).clean)
    void app.leaving.take(what).then((isOurs) => {
      app.goesOn.value = isOurs
      // A link makes no new kit: the person is asked first.
      app.dialog.value = what === 'kit' && !isOurs ? 'kit-again' : dialogs[what]
    })
  })
}
