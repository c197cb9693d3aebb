import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { commitmentOf, keyHash, newNonce } from '../../../src/crypto/pairing.ts'
import { type NewPairing, stepNew } from '../../../src/pairing/new-device.ts'
import { type OldPairing, stepOld } from '../../../src/pairing/old-device.ts'
import type { Told } from '../../../src/pairing/told.ts'
import type { PairingState } from '../../../src/protocol/messages.ts'
import { looksLikeWords, readCode, writePairingCode } from '../../../src/protocol/pairing-code.ts'

const device = { name: 'Firefox on Linux', platform: 'Linux', publicKey: newNonce(), exchangeKey: newNonce() }

const nothing: Told = {
  stage: 'waiting',
  device: null,
  commitment: null,
  answerKey: null,
  answerNonce: null,
  opening: null,
  newProof: null,
  oldProof: null,
}

/** A server that passes on what it is told; `lie` changes what it tells one side. */
type Lie = (told: Told, to: 'old' | 'new') => Told
const honest: Lie = (told) => told

const begin = async (byCode: boolean) => {
  const [secret, serverKey, answerKey] = [newNonce(), newNonce(), newNonce()]
  const common = { id: 'pairing-1234', serverKey }
  const old: OldPairing = {
    side: 'old',
    ...common,
    words: 'SWIFT-EAGLE-42',
    qr: '',
    secret,
    expiresAt: 300_000,
    answerKey,
    answerNonce: newNonce(),
    joined: null,
    opening: null,
    approved: false,
  }
  const fresh: NewPairing = {
    side: 'new',
    ...common,
    ticket: 'ticket',
    device,
    opening: newNonce(),
    code: byCode ? { secret, keyHash: await keyHash(answerKey) } : null,
    answer: null,
  }
  const commitment = await commitmentOf(device, fresh.opening)
  return { old, fresh, redeemed: { ...nothing, stage: 'redeemed', device, commitment } satisfies Told }
}

/** Both sides look in turn until nothing changes; the old one says yes where `approves`. What both show at the end. */
const play = async (lie: Lie, options: { readonly byCode?: boolean; readonly approves?: boolean } = {}) => {
  const { old, fresh, redeemed } = await begin(options.byCode === true)
  let told: Told = redeemed
  let [one, other]: [OldPairing | undefined, NewPairing | undefined] = [old, fresh]
  let shownByOld: PairingState = { stage: 'none' }
  let shownByNew: PairingState = { stage: 'none' }
  let finished = false
  for (let turn = 0; turn < 6; turn += 1) {
    if (one !== undefined) {
      const { next, act, state } = await stepOld(one, lie(told, 'old'), 1000)
      shownByOld = state
      one = next
      if (act?.type === 'answer') told = { ...told, stage: 'answered', answerKey: act.key, answerNonce: act.nonce }
      if (act?.type === 'approve') told = { ...told, stage: 'approved', oldProof: act.proof }
      if (act?.type === 'call-off') told = { ...told, stage: 'burned' }
      if (one !== undefined && state.stage === 'comparing' && options.approves === true)
        one = { ...one, approved: true }
    }
    if (other !== undefined) {
      const { next, act, state } = await stepNew(other, lie(told, 'new'))
      shownByNew = state
      other = next
      if (act?.type === 'open') told = { ...told, stage: 'opened', opening: act.opening, newProof: act.proof }
      if (act?.type === 'call-off') told = { ...told, stage: 'burned' }
      if (act?.type === 'finish') {
        finished = true
        told = { ...told, stage: 'finished' }
        other = undefined
      }
    }
  }
  return { shownByOld, shownByNew, finished }
}

const numbersOf = (state: { readonly stage: string } & Partial<{ readonly numbers: unknown }>) => state.numbers

describe('two devices that are told the truth', () => {
  test.each([false, true])(
    'show the same numbers, and the new one is let in after a yes (by QR code: %s)',
    async (byCode) => {
      const before = await play(honest, { byCode })
      expect(before.shownByOld).toMatchObject({ stage: 'comparing', checked: byCode })
      expect(numbersOf(before.shownByNew)).toEqual(numbersOf(before.shownByOld))
      expect(numbersOf(before.shownByOld)).toEqual([
        expect.stringMatching(/^\d{4}$/),
        expect.stringMatching(/^\d{4}$/),
        expect.stringMatching(/^\d{4}$/),
      ])
      expect(before.finished).toBe(false)
      const after = await play(honest, { byCode, approves: true })
      expect(after).toMatchObject({ finished: true, shownByOld: { stage: 'done', device: { name: device.name } } })
    },
  )

  test('are not confused by being told the same again', async () => {
    const { old, redeemed } = await begin(false)
    const first = await stepOld(old, redeemed, 1000)
    const second = await stepOld(first.next ?? old, redeemed, 2000)
    expect(second).toEqual(first)
  })
})

/** What a server in between can change of what it tells one of the two. */
const fields = ['commitment', 'answerKey', 'answerNonce', 'opening', 'newProof', 'oldProof'] as const
const deviceFields = ['name', 'platform', 'publicKey', 'exchangeKey'] as const

/** Whether the two could take it for a good pairing: the same numbers on both, or a check that holds. */
const isTaken = ({ shownByOld, shownByNew }: Awaited<ReturnType<typeof play>>): boolean =>
  numbersOf(shownByOld) !== undefined && JSON.stringify(numbersOf(shownByOld)) === JSON.stringify(numbersOf(shownByNew))

describe('a server that lies', () => {
  const changed =
    (field: (typeof fields)[number], to: 'old' | 'new', value: string): Lie =>
    (told, side) =>
      side === to && told[field] !== null ? { ...told, [field]: value } : told

  test.each(['answerKey', 'answerNonce'] as const)(
    'with another %s to the new device: the numbers differ',
    async (field) => {
      const seen = await play(changed(field, 'new', newNonce()))
      expect(seen.shownByOld.stage).toBe('comparing')
      expect(isTaken(seen)).toBe(false)
      const checked = await play(changed(field, 'new', newNonce()), { byCode: true })
      expect(isTaken(checked)).toBe(false)
      expect([checked.shownByOld.stage, checked.shownByNew.stage]).toContain('ended')
    },
  )

  test.each(deviceFields)('with another %s of the new device: the commitment does not open', async (field) => {
    const lie: Lie = (told, to) =>
      to === 'old' && told.device !== null ? { ...told, device: { ...told.device, [field]: 'other' } } : told
    const seen = await play(lie)
    expect(seen.shownByOld).toEqual({ stage: 'ended', side: 'old', reason: 'mismatch' })
    expect(seen.shownByNew).toEqual({ stage: 'ended', side: 'new', reason: 'refused' })
  })

  test('with a device of its own in the place of the new one: the numbers differ', async () => {
    const own = { ...device, publicKey: newNonce(), exchangeKey: newNonce() }
    const opening = newNonce()
    const commitment = await commitmentOf(own, opening)
    const lie: Lie = (told, to) =>
      to === 'new' ? told : { ...told, device: own, commitment, opening: told.opening === null ? null : opening }
    const seen = await play(lie)
    expect(seen.shownByOld.stage).toBe('comparing')
    expect(isTaken(seen)).toBe(false)
    const strip: Lie = (told, to) => ({ ...lie(told, to), newProof: null })
    const byCode = await play(strip, { byCode: true, approves: true })
    expect(byCode).toMatchObject({ finished: false, shownByNew: { stage: 'ended', reason: 'mismatch' } })
  })

  test('that says another server key to each: the numbers differ', async () => {
    const { old, fresh, redeemed } = await begin(false)
    const told: Told = { ...redeemed, stage: 'opened', answerKey: old.answerKey, answerNonce: old.answerNonce }
    const all = { ...told, opening: fresh.opening }
    const one = await stepOld({ ...old, joined: { device, commitment: redeemed.commitment, at: 0 } }, all, 0)
    const other = await stepNew({ ...fresh, serverKey: newNonce() }, all)
    expect(numbersOf(one.state)).toBeDefined()
    expect(numbersOf(one.state)).not.toEqual(numbersOf(other.state))
  })

  test('that opens before the answer, or says yes by itself: nothing is opened and nobody is let in', async () => {
    const { old, fresh, redeemed } = await begin(false)
    expect(await stepNew(fresh, { ...redeemed, stage: 'opened' })).toMatchObject({ state: { reason: 'mismatch' } })
    const answered = { ...redeemed, answerKey: old.answerKey, answerNonce: old.answerNonce, opening: fresh.opening }
    for (const stage of ['approved', 'finished'] as const) {
      expect(await stepOld(old, { ...answered, stage }, 0)).toMatchObject({ state: { reason: 'mismatch' } })
    }
    const byCode = await begin(true)
    const yes = {
      ...byCode.redeemed,
      stage: 'approved',
      answerKey: byCode.old.answerKey,
      answerNonce: newNonce(),
    } as const
    expect(await stepNew(byCode.fresh, yes)).toMatchObject({ act: { type: 'call-off' }, state: { reason: 'mismatch' } })
  })

  test('that goes back or changes what it has told: it ends', async () => {
    const { old, fresh, redeemed } = await begin(false)
    const joined = { device, commitment: redeemed.commitment, at: 0 }
    expect(await stepOld({ ...old, joined }, nothing, 0)).toMatchObject({ state: { reason: 'mismatch' } })
    const other = { ...redeemed, commitment: newNonce() }
    expect(await stepOld({ ...old, joined }, other, 0)).toMatchObject({ state: { reason: 'mismatch' } })
    const answer = { key: newNonce(), nonce: newNonce() }
    expect(await stepNew({ ...fresh, answer }, redeemed)).toMatchObject({ state: { reason: 'mismatch' } })
    const changedAnswer = { ...redeemed, stage: 'answered', answerKey: newNonce(), answerNonce: answer.nonce } as const
    expect(await stepNew({ ...fresh, answer }, changedAnswer)).toMatchObject({ state: { reason: 'mismatch' } })
  })

  test('of any one value to any one side is never taken for a good pairing', async () => {
    const lies = fc.record({
      field: fc.constantFrom(...fields),
      to: fc.constantFrom('old' as const, 'new' as const),
      value: fc.constantFrom(newNonce(), newNonce(), 'x', ''),
    })
    await fc.assert(
      fc.asyncProperty(lies, fc.boolean(), async ({ field, to, value }, byCode) => {
        const seen = await play(changed(field, to, value), { byCode })
        // What is told to a side that does not use it makes no difference.
        const used: readonly string[] =
          to === 'old'
            ? ['commitment', 'answerKey', 'answerNonce', 'opening', 'newProof']
            : ['answerKey', 'answerNonce']
        const matters = used.includes(field) && (field !== 'newProof' || byCode)
        expect(isTaken(seen)).toBe(!matters)
      }),
      { numRuns: 60 },
    )
  })
})

describe('a code', () => {
  const code = { server: 'https://notes.example.com', id: 'abcdefghij', secret: newNonce(), keyHash: newNonce() }

  test('is read as it was written', () => {
    expect(readCode(` ${writePairingCode(code)}\n`)).toEqual(code)
  })

  test('is none where anything of it is not what it should be', () => {
    const wrong = [
      { ...code, server: 'https://notes.example.com/path' },
      { ...code, server: 'no address' },
      { ...code, id: 'short' },
      { ...code, id: '../../devices/1' },
      { ...code, secret: 'AAAA' },
      { ...code, keyHash: '' },
    ]
    for (const one of wrong) expect(readCode(writePairingCode(one))).toBeUndefined()
    for (const text of ['', 'SWIFT-EAGLE-42', 'https://example.com', writePairingCode(code).replace('v=1', 'v=2')]) {
      expect(readCode(text)).toBeUndefined()
    }
    fc.assert(fc.property(fc.string(), (text) => readCode(`holdfast:pair?${text}`) === undefined))
  })

  test('is told apart from words, however these are written', () => {
    for (const words of ['SWIFT-EAGLE-42', 'swift eagle 42', ' Swift-eagle 42 '])
      expect(looksLikeWords(words)).toBe(true)
    for (const none of ['', 'SWIFT', 'SWIFT-EAGLE', '42', writePairingCode(code)])
      expect(looksLikeWords(none)).toBe(false)
  })
})
