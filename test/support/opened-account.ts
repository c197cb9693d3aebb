import { newRecoveryWords, readRecoveryWords, recoveryKeyOf } from '../../src/crypto/recovery-key.ts'
import { nameKit, neverRead, openAccount, readServerLog } from '../../src/sync/account.ts'
import { unwrapKeys } from '../../src/sync/keys.ts'
import { newDevice } from '../unit/sync/support/account.ts'
import { createMemoryStore, startEngine } from '../unit/sync/support/replica.ts'
import { signInAs } from './second-device.ts'

/** Turns sync on for somebody at the real server, as a first device does that has no browser: with a recovery kit. */
export const openSync = async (site: Parameters<typeof signInAs>[0], person: Parameters<typeof signInAs>[1]) => {
  const device = await newDevice('First')
  const transport = await signInAs(site, person, device)
  const self = { ...device, about: device.device }
  const opened = await openAccount(self, Date.now())
  await transport.addToLog(opened.entry, opened.wraps)
  const words = newRecoveryWords()
  const entropy = readRecoveryWords(words)
  const server = await readServerLog(neverRead(transport))
  if (server === undefined || !entropy.ok) throw new Error('There is a log, and these are words.')
  const keys = await unwrapKeys(server.log, server.wraps, self)
  const kit = await nameKit(server, keys, await recoveryKeyOf(entropy.value), self, Date.now())
  if (kit !== undefined) await transport.addToLog(kit.entry, kit.wraps)
  const store = createMemoryStore()
  return { ...store, words, device, transport, engine: startEngine(device, store.store, transport) }
}
