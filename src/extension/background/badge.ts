import browser from 'webextension-polyfill'
import type { SessionState } from '../../protocol/messages.ts'

const texts: Partial<Record<SessionState['status'], string>> = { 'signing-in': '…', expired: '!' }

/** The sign on the button for the session. */
export const setSessionBadge = async ({ status }: SessionState): Promise<void> => {
  await browser.action.setBadgeText({ text: texts[status] ?? '' })
}

/** The sign on the button in one tab, over that of the session; `null` gives that one back. */
export const setTabBadge = async (tabId: number, text: string | null): Promise<void> => {
  // The tab may be gone, and its sign with it.
  await browser.action.setBadgeText({ tabId, text }).catch(() => undefined)
}
