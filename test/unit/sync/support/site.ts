import { epochOf, recipientsOf } from '../../../../src/crypto/device-log.ts'
import { wrapEpochKey } from '../../../../src/crypto/epoch-key.ts'
import type { SyncTransport, WrappedKey } from '../../../../src/sync/ports.ts'
import { createSyncServer } from '../../../support/sync-server.ts'
import { newAccount, type TestAccount, type TestDevice } from './account.ts'
import { createMemoryStore, startEngine } from './replica.ts'

/** The present key of an account, wrapped for everybody who may have it. */
export const wrapsOf = async (account: TestAccount): Promise<WrappedKey[]> => {
  const log = account.log()
  const epoch = epochOf(log)
  return Promise.all(
    recipientsOf(log).map(async (to) => ({
      epoch,
      recipient: to.id,
      wrapped: await wrapEpochKey(log.account, epoch, account.keyOf(epoch), to),
    })),
  )
}

/** An account with devices that sync through one server in memory. */
export const startSite = async (names: readonly string[], compactAt?: number) => {
  const account = await newAccount(names[0])
  const devices: TestDevice[] = [account.first]
  for (const name of names.slice(1)) devices.push(await account.add(name))
  const server = createSyncServer()
  const publish = async (): Promise<void> => {
    server.held.log = [...account.entries]
    server.held.wraps = await wrapsOf(account)
  }
  await publish()
  const start = (device: TestDevice, transport: SyncTransport = server.as(device.id)) => {
    const store = createMemoryStore()
    return { device, ...store, engine: startEngine(device, store.store, transport, compactAt) }
  }
  return { account, devices, server, publish, start }
}

export type Site = Awaited<ReturnType<typeof startSite>>
