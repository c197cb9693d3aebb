import browser from 'webextension-polyfill'
import { OUTCOME } from '../../package/names.ts'

/** Calls back when another sign-in has ended that did not end well. */
export const onOutcome = (told: () => void): void =>
  browser.storage.onChanged.addListener((changes, area) => {
    if (area === 'session' && changes[OUTCOME]?.newValue !== undefined) told()
  })

/** How the last sign-in ended that did not end well. It is told once. */
export const takeOutcome = async (): Promise<string | undefined> => {
  const outcome: unknown = (await browser.storage.session.get(OUTCOME))[OUTCOME]
  await browser.storage.session.remove(OUTCOME)
  return typeof outcome === 'string' ? outcome : undefined
}
