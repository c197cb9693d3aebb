import type { Config } from '../config.ts'
import type { Mail } from '../mail/mail.ts'
import { messageOf } from '../mail/messages.ts'
import type { Store } from '../store/store.ts'
import { wordsFor } from './words.ts'

/** Tells the owner of an account of a sign-in that is unlike those before. */
export type Alerts = (accountId: string, sessionId: string, acceptLanguage: string) => Promise<void>

/** The network of an address: a provider gives people another address of it now and then. */
const networkOf = (address: string): string =>
  address.includes(':') && !address.includes('.')
    ? address.split(':').slice(0, 3).join(':')
    : address.split('.').slice(0, 3).join('.')

/** Unusual is a kind of device that was never seen, from a network that was never seen. The first sign-in is not. */
export const createAlerts =
  (store: Store, mail: Mail, config: Config): Alerts =>
  async (accountId, sessionId, acceptLanguage) => {
    const sessions = await store.sessions.list(accountId)
    const now = sessions.find(({ id }) => id === sessionId)
    const before = sessions.filter(({ id }) => id !== sessionId)
    if (now === undefined || before.length === 0) return
    const isKnown = before.some(
      ({ deviceName, address }) => deviceName === now.deviceName || networkOf(address) === networkOf(now.address),
    )
    const account = isKnown ? undefined : await store.accounts.findById(accountId)
    if (account === undefined) return
    await store.sessions.audit('sign-in.unusual', accountId, sessionId)
    const language = wordsFor(acceptLanguage).language === 'de' ? 'de' : 'en'
    const values = { device: now.deviceName, address: now.address, account: `${config.idUrl}/account` }
    await mail.send(messageOf('unusual', language, account.email, values))
  }
