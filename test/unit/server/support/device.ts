import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto'
import * as v from 'valibot'
import { registrationStatement, renewalStatement } from '../../../../src/protocol/device-statement.ts'
import type { TestApi, TestPerson } from './test-api.ts'

export const signed = (key: KeyObject, text: string): string => sign(null, Buffer.from(text), key).toString('base64url')

export const newDeviceKey = () => {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519')
  return { key: privateKey, publicKey: publicKey.export({ format: 'jwk' }).x ?? '' }
}

const registered = v.object({ device: v.object({ id: v.string() }), serverKey: v.string() })
const challenged = v.object({ challenge: v.string(), time: v.number() })

/** Tells the server the key of the device that a person is signed in on. */
export const addDevice = async (person: TestPerson, made = newDeviceKey()) => {
  const { key, publicKey } = made
  const signature = signed(key, registrationStatement(publicKey, person.jkt))
  const response = await person.call('/devices', { method: 'POST', body: { publicKey, signature } })
  if (response.status !== 201) throw new Error(`The device was not taken: ${await response.text()}`)
  const { device, serverKey } = v.parse(registered, await response.json())
  return { id: device.id, serverKey, key, publicKey }
}

export type TestDevice = Awaited<ReturnType<typeof addDevice>>

/** A challenge for this device. */
export const challengeFor = async (api: TestApi, deviceId: string) => {
  // Each from elsewhere, for there is a limit to how many come from one address.
  const sent = { method: 'POST', body: { deviceId }, address: crypto.randomUUID() }
  const response = await api.ask('/auth/challenge', sent)
  if (response.status !== 200) throw new Error(`There is no challenge: ${await response.text()}`)
  return v.parse(challenged, await response.json())
}

/** What a device answers to a challenge; `changes` make it lie. */
export const answerTo = (
  device: TestDevice,
  { challenge, time }: { readonly challenge: string; readonly time: number },
  jkt: string,
  changes: Partial<Parameters<typeof renewalStatement>[0]> = {},
) => {
  const { id: deviceId, serverKey } = device
  const statement = renewalStatement({ challenge, deviceId, serverKey, jkt, time, ...changes })
  return { deviceId, challenge, jkt, signature: signed(device.key, statement) }
}
