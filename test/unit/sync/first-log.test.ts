import { describe, expect, test } from 'vitest'
import { type Bytes, toBase64url } from '../../../src/base/bytes.ts'
import { anchorOf, recoveryAction } from '../../../src/crypto/device-log.ts'
import { wrapEpochKey } from '../../../src/crypto/epoch-key.ts'
import { commitmentOf, newNonce, type Transcript } from '../../../src/crypto/pairing.ts'
import { openAnchor, sealAnchor } from '../../../src/crypto/pairing-log.ts'
import { keysOfMember, neverRead, readServerLog } from '../../../src/sync/account.ts'
import { admitPaired, enterByKit } from '../../../src/sync/entering.ts'
import type { WrappedKey } from '../../../src/sync/ports.ts'
import { faultOf, newAccount, newDevice, type TestAccount, type TestDevice } from './support/account.ts'
import { openWrapped } from './support/reader.ts'

const selfOf = (device: TestDevice) => ({ ...device, about: device.device })

/** A server that shows these entries with these keys to whoever has never read a log, and keeps what it is given. */
const showing = (entries: readonly Bytes[], wraps: readonly WrappedKey[] = []) => {
  const [shown, keys] = [[...entries], [...wraps]]
  return neverRead({
    log: async () => ({ entries: shown, wraps: keys }),
    addToLog: async (entry, more) => {
      shown.push(entry)
      keys.push(...more)
    },
  })
}

/** The key of the first epoch, wrapped for somebody. */
const wrapFor = async (account: TestAccount, to: { readonly id: Bytes; readonly exchangeKey: Bytes }) => ({
  epoch: 1,
  recipient: to.id,
  wrapped: await wrapEpochKey(account.log().account, 1, account.keyOf(1), to),
})

/** The server's own account, with the true public keys of a device in it and a key for it that the server knows. */
const madeUpFor = async (device: TestDevice) => {
  const account = await newAccount('Made up')
  await account.act({ type: 'add', device: device.device })
  const wrap = await wrapFor(account, { id: device.id, exchangeKey: device.device.exchangeKey })
  return { account, source: showing(account.entries, [wrap]) }
}

const read = async (source: ReturnType<typeof showing>) => {
  const server = await readServerLog(source)
  if (server === undefined) throw new Error('There is a log.')
  return server
}

describe('case 67: a device that has never read a log', () => {
  test('takes no keys out of one that names it, where nobody has let it in', async () => {
    const device = await newDevice('New')
    const { account, source } = await madeUpFor(device)
    const server = await read(source)
    expect(await keysOfMember(server, device, undefined)).toEqual(new Map())
    // With an anchor it would: that is what makes the difference.
    expect(await keysOfMember(server, device, anchorOf(account.log()))).toEqual(account.keys)
  })

  test('takes the one that it was told of, and what goes on from there', async () => {
    const account = await newAccount()
    const device = await account.add('New')
    const anchor = anchorOf(account.log())
    await account.add('Later')
    const wrap = await wrapFor(account, { id: device.id, exchangeKey: device.device.exchangeKey })
    const whole = await read(showing(account.entries, [wrap]))
    expect(await keysOfMember(whole, device, anchor)).toEqual(account.keys)
    const shorter = await read(showing(account.entries.slice(0, 2), [wrap]))
    expect(await faultOf(keysOfMember(shorter, device, { ...anchor, length: 3 }))).toBe('LOG_ROLLED_BACK')
    expect(await faultOf(keysOfMember(whole, device, { ...anchor, head: new Uint8Array(32) }))).toBe('LOG_FORKED')
    const { source } = await madeUpFor(device)
    expect(await faultOf(keysOfMember(await read(source), device, anchor))).toBe('LOG_FORKED')
  })

  test('that has the words comes in by a log in which they are, and which their key has signed', async () => {
    const account = await newAccount()
    const { recovery } = await account.addRecovery()
    const device = await newDevice('New')
    const source = showing(account.entries, [await wrapFor(account, recovery)])
    const entered = await enterByKit(source, selfOf(device), recovery, 1)
    expect(entered?.keys).toEqual(account.keys)
  })

  test('that has the words is let into no log of the server’s own making with the true keys of the kit', async () => {
    const account = await newAccount()
    const { recovery } = await account.addRecovery()
    const { signKey, exchangeKey } = recovery
    const honest = await recoveryAction(account.log(), recovery)
    const madeUp = await newAccount('Made up')
    const { sign: madeUpSign } = await newDevice('Liar')
    const proofs = [
      new Uint8Array(64),
      // What the true kit has signed, of the true account; and what the server can sign.
      honest.type === 'recovery' ? honest.proof : new Uint8Array(64),
      (await recoveryAction(madeUp.log(), { ...recovery, sign: madeUpSign }).then((one) =>
        one.type === 'recovery' ? one.proof : undefined,
      )) ?? new Uint8Array(64),
    ]
    for (const proof of proofs) {
      const naming = madeUp.act({ type: 'recovery', signKey, exchangeKey, proof })
      expect(await faultOf(naming)).toBe('LOG_SIGNATURE_WRONG')
    }
  })
})

describe('what a pairing says of the log', () => {
  const stage = async () => {
    const account = await newAccount()
    const [answer, fresh] = [await newDevice('Answer'), await newDevice('New')]
    const device = {
      name: 'New',
      platform: 'Linux',
      publicKey: toBase64url(fresh.device.signKey),
      exchangeKey: toBase64url(fresh.device.exchangeKey),
    }
    const opening = newNonce()
    const transcript: Transcript = {
      pairing: 'pairing-1234',
      serverKey: newNonce(),
      device,
      commitment: await commitmentOf(device, opening),
      opening,
      answerKey: toBase64url(answer.device.exchangeKey),
      answerNonce: newNonce(),
    }
    const source = showing(account.entries)
    const anchor = await admitPaired(source, account.keys, selfOf(account.first), fresh.device, 1)
    const sealed = await sealAnchor(answer.exchange, transcript, anchor)
    return { account, source, fresh, transcript, anchor, sealed }
  }

  test('is where it stands with the new device in it, and what that needs to get its keys', async () => {
    const { account, source, fresh, transcript, anchor, sealed } = await stage()
    expect(anchor).toMatchObject({ account: account.log().account, length: 2 })
    expect(await openAnchor(fresh.exchange, transcript, sealed)).toEqual(anchor)
    expect(await keysOfMember(await read(source), fresh, anchor)).toEqual(account.keys)
  })

  test('can be read by the document alone', async () => {
    const { fresh, transcript, anchor, sealed } = await stage()
    const { d = '' } = await crypto.subtle.exportKey('jwk', fresh.exchange.privateKey)
    const bytes = (text: string) => Buffer.from(text, 'base64url')
    const { pairing, serverKey, device, commitment, opening, answerKey, answerNonce } = transcript
    const { name, platform, publicKey, exchangeKey } = device
    const fields = [
      pairing,
      serverKey,
      name,
      platform,
      publicKey,
      exchangeKey,
      commitment,
      opening,
      answerKey,
      answerNonce,
    ]
    const aad = Buffer.from(JSON.stringify(['holdfast pairing log v1', ...fields]))
    const opened = openWrapped(bytes(d), bytes(sealed), Buffer.from('holdfast pairing log v1'), aad, bytes(answerKey))
    expect(opened).toEqual(Buffer.concat([anchor.account, Buffer.from([0, 0, 0, anchor.length]), anchor.head]))
  })

  test('is the same where it is said again', async () => {
    const { account, source, fresh, anchor } = await stage()
    const again = await admitPaired(source, account.keys, selfOf(account.first), fresh.device, 2)
    expect(again).toEqual(anchor)
  })

  test('is nothing where it is changed, of another pairing, for another device, or sealed by anybody else', async () => {
    const { fresh, transcript, anchor, sealed } = await stage()
    const open = (told: string, of = transcript, by = fresh) => openAnchor(by.exchange, of, told)
    const swapped = sealed.replace(/.$/, (last) => (last === 'A' ? 'Q' : 'A'))
    expect(await open(swapped)).toBeUndefined()
    expect(await open('')).toBeUndefined()
    expect(await open('no base64url!')).toBeUndefined()
    expect(await open(sealed, { ...transcript, answerNonce: newNonce() })).toBeUndefined()
    expect(await open(sealed, transcript, await newDevice('Other'))).toBeUndefined()
    // Whoever has only read everything can seal for the new device, and not as the old one.
    const server = await newDevice('Server')
    expect(await open(await sealAnchor(server.exchange, transcript, anchor))).toBeUndefined()
    const asIfOld = { privateKey: server.exchange.privateKey, publicKey: fresh.exchange.publicKey }
    expect(await open(await sealAnchor(asIfOld, transcript, anchor))).toBeUndefined()
  })
})
