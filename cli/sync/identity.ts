import { generateKeyPairSync } from 'node:crypto'
import { hostname } from 'node:os'
import { type Bytes, fromBase64url } from '../../src/base/bytes.ts'
import type { LogAnchor } from '../../src/crypto/device-log.ts'
import { deviceIdOf, importExchangeKey, signWith } from '../../src/crypto/primitives.ts'
import type { EpochKeys, Identity } from '../../src/sync/keys.ts'
import type { Chain } from '../../src/sync/ports.ts'
import { sameBytes } from '../../src/sync/wire/codec.ts'
import { Failure } from '../failure.ts'
import { readSession, reviseSession, type Session } from '../session-file.ts'

// The keys of sync of this machine. All of them rest in the file of the session.

const raw = (key: Session['deviceKey']): Bytes => {
  const bytes = typeof key.x === 'string' ? fromBase64url(key.x) : undefined
  if (bytes?.length !== 32) throw new Failure('UNREADABLE')
  return bytes
}

/** X25519: what keys are wrapped for. */
export const newExchangeKey = () => {
  const { privateKey } = generateKeyPairSync('x25519')
  const jwk = { ...privateKey.export({ format: 'jwk' }) }
  return { jwk, publicKey: String(jwk.x) }
}

export const exchangePairOf = async (key: Session['deviceKey']): Promise<Identity['exchange']> => ({
  privateKey: await crypto.subtle.importKey('jwk', key, 'X25519', false, ['deriveBits']),
  publicKey: await importExchangeKey(raw(key)),
})

/** Changes the file, where this is still the device in it. */
const revise = async (session: Session, change: (session: Session) => Session): Promise<void> => {
  if (!(await reviseSession(session, change))) throw new Failure('NOT_SIGNED_IN')
}

const exchangeKeyOf = async (session: Session): Promise<Session['deviceKey']> => {
  if (session.exchangeKey !== undefined) return session.exchangeKey
  const { jwk } = newExchangeKey()
  let kept = jwk
  await revise(session, (now) => {
    kept = { ...(now.exchangeKey ?? jwk) }
    return { ...now, exchangeKey: kept }
  })
  return kept
}

export const nameOfThis = (): string => `Holdfast on ${hostname()}`.slice(0, 80).trim()
export const platformOfThis = process.platform === 'linux' ? 'Linux' : process.platform

/** This machine as it signs and receives keys. */
export const identityOf = async (session: Session): Promise<Identity> => {
  const exchangeKey = await exchangeKeyOf(session)
  const [signKey, publicBytes] = [raw(session.deviceKey), raw(exchangeKey)]
  const signing = await crypto.subtle.importKey('jwk', session.deviceKey, 'Ed25519', false, ['sign'])
  return {
    id: await deviceIdOf(signKey),
    sign: signWith(signing),
    exchange: await exchangePairOf(exchangeKey),
    about: { signKey, exchangeKey: publicBytes, name: nameOfThis(), platform: platformOfThis },
  }
}

export const keysOf = ({ sync }: Session): EpochKeys =>
  new Map(sync?.keys.map(({ epoch, key }) => [epoch, key] as const) ?? [])

export const keepKeys = (session: Session, account: Bytes, keys: EpochKeys): Promise<void> =>
  revise(session, (now) => ({ ...now, sync: { account, keys: [...keys].map(([epoch, key]) => ({ epoch, key })) } }))

/** Where the log of an account stood when this device came into it. */
export const anchorAt = ({ logs }: Session, account: Bytes): LogAnchor | undefined =>
  logs.find((one) => sameBytes(one.account, account))

export const noteAnchor = (session: Session, anchor: LogAnchor): Promise<void> =>
  revise(session, (now) => ({
    ...now,
    logs: [...now.logs.filter((one) => !sameBytes(one.account, anchor.account)), anchor],
  }))

/** The last record that this device has sealed, beside the key that it was signed with. */
export const chainOf = (session: Session): Chain => ({
  async end(account) {
    const now = await readSession()
    if (now === undefined || now.deviceKey.x !== session.deviceKey.x) throw new Failure('NOT_SIGNED_IN')
    return now.sealed.find((one) => sameBytes(one.account, account)) ?? { seq: 0, hash: new Uint8Array(32) }
  },
  advance: (account, { seq, hash }) =>
    revise(session, (now) => ({
      ...now,
      sealed: [...now.sealed.filter((one) => !sameBytes(one.account, account)), { account, seq, hash }],
    })),
})
