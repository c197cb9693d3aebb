import { type Database, newId } from './store.ts'

export type Message = { readonly recipient: string; readonly subject: string; readonly body: string }
export type KeptMessage = Message & { readonly id: string; readonly createdAt: number; readonly sentAt: number | null }

/** Messages to people. Where no mail server is configured they stay here, for the operator to read and pass on. */
export const createOutbox = (db: Database) => ({
  async put({ recipient, subject, body }: Message): Promise<void> {
    const row = { id: newId(), recipient, subject, body, created_at: Date.now(), sent_at: null }
    await db.insertInto('outbox').values(row).execute()
  },

  /** The oldest first; those that were not sent, or all. */
  list: (which: 'unsent' | 'all'): Promise<KeptMessage[]> =>
    db
      .selectFrom('outbox')
      .select(['id', 'recipient', 'subject', 'body', 'created_at as createdAt', 'sent_at as sentAt'])
      .$if(which === 'unsent', (query) => query.where('sent_at', 'is', null))
      .orderBy('created_at')
      .orderBy('id')
      .limit(1000)
      .execute(),

  /** Takes a message to send it; false where another server has taken it already. */
  async claim(id: string): Promise<boolean> {
    const taken = await db
      .updateTable('outbox')
      .set({ sent_at: Date.now() })
      .where('id', '=', id)
      .where('sent_at', 'is', null)
      .executeTakeFirst()
    return taken.numUpdatedRows === 1n
  },

  /** It could not be sent after all. */
  async giveBack(id: string): Promise<void> {
    await db.updateTable('outbox').set({ sent_at: null }).where('id', '=', id).execute()
  },

  /** What was written to an address, sent or not. */
  async removeTo(recipient: string): Promise<void> {
    await db.deleteFrom('outbox').where('recipient', '=', recipient).execute()
  },

  async removeOlder(milliseconds: number): Promise<void> {
    await db
      .deleteFrom('outbox')
      .where('created_at', '<', Date.now() - milliseconds)
      .execute()
  },
})
