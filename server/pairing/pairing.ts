import { createHash, randomBytes } from 'node:crypto'
import { pairingStatement } from '../../src/protocol/device-statement.ts'
import type { DeviceService, IssueSession } from '../devices/devices.ts'
import { isSigned } from '../devices/signature.ts'
import type { Pairing, Stage } from '../store/pairings.ts'
import { newId, pairingLife, type Store } from '../store/store.ts'
import { newWords, readWords, writeWords } from './words.ts'

/** Besides five minutes and one use. */
const mostGuesses = 5

export type NewDevice = {
  readonly clientId: string
  readonly name: string
  readonly platform: string
  readonly userAgent: string
  readonly address: string
  readonly publicKey: string
  readonly exchangeKey: string
  /** Over the keys and a nonce that is opened later: see docs/pairing.md. */
  readonly commitment: string
}

/** Why there is no pairing for words or an id. `late` and `used` are said of the right ones alone. */
export type Missed = 'unknown' | 'late' | 'used'

export type Redeemed = { readonly id: string; readonly ticket: string } | { readonly missed: Missed }

export type Finished = {
  readonly refreshToken: string
  readonly deviceId: string
  readonly wrappedKey: string | null
  readonly logEntry: string | null
}

/** Where a request came from. */
type From = { readonly userAgent: string; readonly address: string }

/** What the old device says with its yes; the server can read none of it. */
export type Approval = {
  readonly wrappedKey: string | null
  readonly logEntry: string | null
  readonly proof: string | null
}

export type PairingDeps = {
  readonly store: Store
  readonly serverKey: string
  readonly issueSession: IssueSession
  readonly devices: Pick<DeviceService, 'giveSession'>
  /** False on a trusted network: whoever has the words is let in, whatever step the other device has come to. */
  readonly needsApproval: boolean
}

const hash = (text: string): string => createHash('sha256').update(text).digest('base64url')

/** Adds a device with the consent of another one, which sees what it adds. The server passes on what both say, and can add none. */
export const createPairingService = ({ store, serverKey, issueSession, devices, needsApproval }: PairingDeps) => {
  const { pairings, sessions } = store
  /** The stages that a session is given at. */
  const last: readonly Stage[] = needsApproval ? ['approved'] : ['approved', 'opened', 'answered', 'redeemed']

  const note = (type: 'created' | 'redeemed' | 'approved' | 'burned', { accountId }: Pick<Pairing, 'accountId'>) =>
    sessions.audit(`pairing.${type}`, accountId, null)

  const burn = async (pairing: Pairing): Promise<void> => {
    await pairings.burn(pairing.id)
    await note('burned', pairing)
  }

  /** The pairing that words or an id lead to. A wrong number is a guess; the fifth burns it. */
  const lookUp = async (text: string): Promise<Pairing | Missed> => {
    const written = readWords(text)
    if (written === undefined) return (await pairings.find(text)) ?? 'unknown'
    const found = await pairings.findByWords(written.words)
    if (found === undefined) return (await pairings.findSpent(written.words, written.number)) ?? 'unknown'
    if (found.number === written.number) return found
    if ((await pairings.countGuess(found.id)) >= mostGuesses) await burn(found)
    return 'unknown'
  }

  /** The first session of a device, or undefined where it, or its key, is on a list already. */
  const enrol = async (pairing: Pairing, publicKey: string, jkt: string, from: From): Promise<string | undefined> => {
    const { id, accountId, clientId, name, platform } = pairing
    if (clientId === null || name === null || platform === null) return undefined
    const { sessionId, refreshToken } = await issueSession({ accountId, clientId, jkt })
    const session = { id: sessionId, accountId, clientId, platform, deviceName: name, ...from }
    await sessions.create({ ...session, providerSession: undefined, authTime: undefined })
    if (!(await store.devices.create(id, { accountId, sessionId, name, platform, publicKey }))) {
      await sessions.retire(sessionId)
      return undefined
    }
    await sessions.audit('device.added', accountId, sessionId)
    return refreshToken
  }

  /** Takes the last step, where it is due and was not taken before. */
  const isFinished = async (id: string): Promise<boolean> => {
    for (const stage of last) if (await pairings.advance(id, stage, 'finished')) return true
    return (await pairings.find(id))?.stage === 'finished'
  }

  /** Where the device is on the list already. */
  const again = async (id: string, jkt: string): Promise<string | undefined> =>
    devices.giveSession(await store.devices.find(id), jkt)

  return {
    async create(accountId: string): Promise<{ id: string; words: string; expiresAt: number }> {
      const id = newId()
      const made = newWords()
      if (!(await pairings.create(id, accountId, made.words, made.number))) return this.create(accountId)
      await note('created', { accountId })
      return { id, words: writeWords(made), expiresAt: Date.now() + pairingLife }
    },

    /** A ticket for the new device, or why there is none. */
    async redeem(text: string, device: NewDevice): Promise<Redeemed> {
      const pairing = await lookUp(text)
      if (typeof pairing === 'string') return { missed: pairing }
      const ticket = randomBytes(32).toString('base64url')
      const { clientId, name, platform, publicKey, exchangeKey, commitment } = device
      const keys = { public_key: publicKey, exchange_key: exchangeKey, commitment }
      const about = { ticket_hash: hash(ticket), client_id: clientId, name, platform, ...keys }
      if (!(await pairings.advance(pairing.id, 'waiting', 'redeemed', about))) return { missed: 'used' }
      await note('redeemed', pairing)
      return { id: pairing.id, ticket }
    },

    findByTicket: (ticket: string): Promise<Pairing | undefined> => pairings.findByTicket(hash(ticket)),

    /** A pairing of this account. */
    async find(accountId: string, id: string): Promise<Pairing | undefined> {
      const pairing = await pairings.find(id)
      return pairing?.accountId === accountId ? pairing : undefined
    },

    /** The old device says its key and nonce, once it has the commitment. */
    answer: ({ id }: Pairing, key: string, nonce: string): Promise<boolean> =>
      pairings.advance(id, 'redeemed', 'answered', { answer_key: key, answer_nonce: nonce }),

    /** The new device opens its commitment, once it has the answer. */
    open: ({ id }: Pairing, opening: string, proof: string | null): Promise<boolean> =>
      pairings.advance(id, 'answered', 'opened', { opening, new_proof: proof }),

    /** The person has compared the numbers and said yes, on the old device. */
    async approve(pairing: Pairing, { wrappedKey, logEntry, proof }: Approval): Promise<boolean> {
      const given = { wrapped_key: wrappedKey, log_entry: logEntry, old_proof: proof }
      const approved = await pairings.advance(pairing.id, 'opened', 'approved', given)
      if (approved) await note('approved', pairing)
      return approved
    },

    burn,

    /**
     * The session of the new device, for who holds its key. Asked again, because the answer did not arrive, it gives another
     * one in its place: the device is put on the list once, under the id of the pairing.
     */
    async finish(pairing: Pairing, jkt: string, signature: string, from: From): Promise<Finished | undefined> {
      const { id, publicKey, wrappedKey, logEntry } = pairing
      if (publicKey === null || !isSigned(publicKey, pairingStatement(id, serverKey, jkt), signature)) return undefined
      if (!(await isFinished(id))) return undefined
      const refreshToken =
        (await again(id, jkt)) ?? (await enrol(pairing, publicKey, jkt, from)) ?? (await again(id, jkt))
      return refreshToken === undefined ? undefined : { refreshToken, deviceId: id, wrappedKey, logEntry }
    },
  }
}

export type PairingService = ReturnType<typeof createPairingService>
