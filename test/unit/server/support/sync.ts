import { expect } from 'vitest'
import { toBase64url, utf8 } from '../../../../src/base/bytes.ts'
import { wrapEpochKey } from '../../../../src/crypto/epoch-key.ts'
import { writeRecord } from '../../../../src/crypto/sync-record.ts'
import { registrationStatement } from '../../../../src/protocol/device-statement.ts'
import { recordKinds } from '../../../../src/sync/wire/record.ts'
import { newAccount, type TestAccount, type TestDevice } from '../../sync/support/account.ts'
import type { TestApi, TestPerson } from './test-api.ts'

export const post = (person: TestPerson, path: string, body: unknown) => person.call(path, { method: 'POST', body })
export const codeOf = async (response: Response): Promise<string> => (await response.json()).error.code

export const register = async (person: TestPerson, { device, sign }: TestDevice): Promise<void> => {
  const publicKey = toBase64url(device.signKey)
  const signature = toBase64url(await sign(utf8(registrationStatement(publicKey, person.jkt))))
  expect((await post(person, '/devices', { publicKey, signature })).status).toBe(201)
}

/** Someone new whose first device has opened the log. */
export const openedIn = async (api: TestApi): Promise<{ person: TestPerson; account: TestAccount }> => {
  const person = await api.person()
  const account = await newAccount()
  await register(person, account.first)
  const entry = toBase64url(account.entries[0] ?? new Uint8Array())
  const to = { id: account.first.id, exchangeKey: account.first.device.exchangeKey }
  const wrapped = toBase64url(await wrapEpochKey(account.log().account, 1, account.keyOf(1), to))
  const wraps = [{ recipient: toBase64url(account.first.id), epoch: 1, wrapped }]
  expect((await post(person, '/sync/log', { entry, wraps })).status).toBe(201)
  return { person, account }
}

/** Records of a device, one after the other. */
export const writer = (account: TestAccount, device: TestDevice = account.first) => {
  let [seq, prev] = [0, new Uint8Array(32)]
  return async (text: string, kind: number = recordKinds.changes, skip = 0) => {
    seq += 1 + skip
    const header = { epoch: 1, item: new Uint8Array(16), device: device.id, seq, prev, kind }
    const content = { view: account.view(), payload: utf8(text) }
    const { bytes, hash } = await writeRecord(await account.keyring(), device.sign, header, content)
    prev = hash
    return toBase64url(bytes)
  }
}
