import browser from 'webextension-polyfill'
import { OUTCOME } from '../package/names.ts'
import type { Outcome } from './flow.ts'

/** Leaves how the last sign-in ended for a popup that is opened later: in memory, until the browser ends. */
export const noteOutcome = async (outcome: Outcome): Promise<void> => {
  if (outcome === undefined) await browser.storage.session.remove(OUTCOME)
  else await browser.storage.session.set({ [OUTCOME]: outcome })
}
