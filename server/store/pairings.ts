import type { Updateable } from 'kysely'
import type { Tables } from './schema.ts'
import type { Database } from './store.ts'

/** How far a pairing has come. `burned`: guessed at too often, or called off. */
export const stages = ['waiting', 'redeemed', 'answered', 'opened', 'approved', 'finished', 'burned'] as const
export type Stage = (typeof stages)[number]

export type Pairing = {
  readonly id: string
  readonly accountId: string
  readonly words: string
  readonly number: string
  readonly guesses: number
  readonly stage: string
  readonly createdAt: number
  readonly clientId: string | null
  readonly name: string | null
  readonly platform: string | null
  readonly publicKey: string | null
  readonly exchangeKey: string | null
  readonly commitment: string | null
  readonly answerKey: string | null
  readonly answerNonce: string | null
  readonly opening: string | null
  readonly wrappedKey: string | null
  readonly logEntry: string | null
  readonly newProof: string | null
  readonly oldProof: string | null
}

const columns = [
  'id',
  'account_id as accountId',
  'words',
  'number',
  'guesses',
  'stage',
  'created_at as createdAt',
  'client_id as clientId',
  'name',
  'platform',
  'public_key as publicKey',
  'exchange_key as exchangeKey',
  'commitment',
  'answer_key as answerKey',
  'answer_nonce as answerNonce',
  'opening',
  'wrapped_key as wrappedKey',
  'log_entry as logEntry',
  'new_proof as newProof',
  'old_proof as oldProof',
] as const

type Changes = Omit<Updateable<Tables['pairings']>, 'id' | 'account_id' | 'stage' | 'guesses'>

/** How long it is still known that words were right and came too late, in milliseconds. */
const afterlife = 3_600_000

/** `life`: milliseconds that a pairing is good for. */
export const createPairings = (db: Database, life: number) => {
  const young = () =>
    db
      .selectFrom('pairings')
      .select(columns)
      .where('created_at', '>=', Date.now() - life)

  return {
    find: (id: string): Promise<Pairing | undefined> => young().where('id', '=', id).executeTakeFirst(),

    findByTicket: (hash: string): Promise<Pairing | undefined> =>
      young().where('ticket_hash', '=', hash).executeTakeFirst(),

    /** One that waits for its new device. */
    findByWords: (words: string): Promise<Pairing | undefined> =>
      young().where('words', '=', words).where('stage', '=', 'waiting').executeTakeFirst(),

    /** Whether these very words were good once: too late for them, or another device was first. */
    async findSpent(words: string, number: string): Promise<'late' | 'used' | undefined> {
      const row = await db
        .selectFrom('pairings')
        .select('created_at')
        .where('words', '=', words)
        .where('number', '=', number)
        .orderBy('created_at', 'desc')
        .executeTakeFirst()
      if (row === undefined) return undefined
      return row.created_at < Date.now() - life ? 'late' : 'used'
    },

    /** False where a pairing that waits has these words. */
    async create(id: string, accountId: string, words: string, number: string): Promise<boolean> {
      const row = { id, account_id: accountId, words, number, guesses: 0, stage: 'waiting', created_at: Date.now() }
      return db.transaction().execute(async (within) => {
        const taken = await within
          .selectFrom('pairings')
          .select('id')
          .where('words', '=', words)
          .where('stage', '=', 'waiting')
          .where('created_at', '>=', Date.now() - life)
          .executeTakeFirst()
        if (taken !== undefined) return false
        await within.insertInto('pairings').values(row).execute()
        return true
      })
    },

    /** Counts a wrong guess. Answers how many there have been. */
    async countGuess(id: string): Promise<number> {
      await db
        .updateTable('pairings')
        .set((value) => ({ guesses: value('guesses', '+', 1) }))
        .where('id', '=', id)
        .execute()
      const row = await db.selectFrom('pairings').select('guesses').where('id', '=', id).executeTakeFirst()
      return row?.guesses ?? 0
    },

    /** Goes on from one stage to the next, with what comes with it. False where it was not at that stage any more. */
    async advance(id: string, from: Stage, to: Stage, changes: Changes = {}): Promise<boolean> {
      const moved = await db
        .updateTable('pairings')
        .set({ ...changes, stage: to })
        .where('id', '=', id)
        .where('stage', '=', from)
        .executeTakeFirst()
      return moved.numUpdatedRows === 1n
    },

    async burn(id: string): Promise<void> {
      await db.updateTable('pairings').set({ stage: 'burned' }).where('id', '=', id).execute()
    },

    async removeOld(): Promise<void> {
      await db
        .deleteFrom('pairings')
        .where('created_at', '<', Date.now() - life - afterlife)
        .execute()
    },
  }
}
