import browser from 'webextension-polyfill'
import type { SessionState } from '../../protocol/messages.ts'
import type { Host } from '../../sw/host.ts'
import { setSessionBadge } from './badge.ts'

/** The alarm that starts the background when something waits for the network. */
export const WAITING = 'holdfast-waiting'
/** The alarm that starts the background when a refresh is due. */
export const REFRESH = 'holdfast-refresh'

const setRefreshAlarm = async (state: SessionState): Promise<void> => {
  if (state.status === 'signed-in') await browser.alarms.create(REFRESH, { when: state.refreshAt })
  else await browser.alarms.clear(REFRESH)
  if (state.pending.signOuts + state.pending.syncs === 0) await browser.alarms.clear(WAITING)
}

/** The background of an extension: its pages hear by message, and alarms wake it. */
export const createExtensionHost = (): Host => ({
  origin: new URL(browser.runtime.getURL('')).origin,
  redirectUri: browser.identity.getRedirectURL(),
  async announce(message) {
    await Promise.all([
      // Nobody listens where no page of ours is open.
      browser.runtime.sendMessage(message).catch(() => undefined),
      ...(message.type === 'session.state' ? [setRefreshAlarm(message.state), setSessionBadge(message.state)] : []),
    ])
  },
  // Pages of an extension have no controller, and browsers restart an extension for its new version.
  claim: async () => undefined,
  activate: async () => undefined,
  async wakeWhenOnline() {
    await browser.alarms.create(WAITING, { delayInMinutes: 1, periodInMinutes: 1 })
  },
})
