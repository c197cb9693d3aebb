import browser from 'webextension-polyfill'
import { OUTCOME } from '../../package/names.ts'

/** How the last sign-in ended that did not end well. It is told once. */
export const takeOutcome = async (): Promise<string | undefined> => {
  const outcome: unknown = (await browser.storage.session.get(OUTCOME))[OUTCOME]
  await browser.storage.session.remove(OUTCOME)
  return typeof outcome === 'string' ? outcome : undefined
}
