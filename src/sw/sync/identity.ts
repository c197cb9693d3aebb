import { fromBase64url } from '../../base/bytes.ts'
import { deviceIdOf, signWith } from '../../crypto/primitives.ts'
import { HoldfastError } from '../../protocol/errors.ts'
import type { Identity } from '../../sync/keys.ts'
import type { Keeper } from '../keeper.ts'
import type { Vault } from '../vault.ts'

const raw = (text: string) => {
  const bytes = fromBase64url(text)
  if (bytes?.length !== 32) throw new HoldfastError('SYNC_UNAVAILABLE')
  return bytes
}

/**
 * The keys of this device, of which the one that receives is made where there is none yet. Throws SYNC_UNAVAILABLE where the server
 * does not know this device, or the browser has no X25519.
 */
export const readIdentity = async (vault: Vault, keeper: Keeper): Promise<Identity> => {
  const provider = keeper.provider.id
  const found = await vault.read('device', provider)
  const live = keeper.live()
  if (found.at !== 'here' || found.value.registered === null || live === undefined) {
    throw new HoldfastError('SYNC_UNAVAILABLE')
  }
  const { key } = found.value
  const exchange =
    found.value.exchange ??
    (await vault.createExchangeKey().catch((cause: unknown) => {
      throw new HoldfastError('SYNC_UNAVAILABLE', { cause })
    }))
  if (found.value.exchange === null) {
    await vault.reviseDevice(provider, (now) => ({ ...now, exchange }))
  }
  const signKey = raw(vault.publicKeyOf(key))
  const { privateKey } = await vault.unwrapDeviceKey(key)
  return {
    id: await deviceIdOf(signKey),
    sign: signWith(privateKey),
    exchange: await vault.unwrapExchangeKey(exchange),
    about: {
      signKey,
      exchangeKey: raw(exchange.publicKey),
      name: live.device.name.slice(0, 80),
      platform: live.device.platform.slice(0, 80),
    },
  }
}
