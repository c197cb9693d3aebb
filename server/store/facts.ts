import type { Database } from './store.ts'

/** What is true of the database as a whole. */
export const createFacts = (db: Database) => ({
  /** Writes a fact unless it is there. Answers what stands then: the first one wins. */
  async claim(name: string, value: string): Promise<string> {
    await db
      .insertInto('server_facts')
      .values({ name, value })
      .onConflict((conflict) => conflict.column('name').doNothing())
      .execute()
    return (await db.selectFrom('server_facts').select('value').where('name', '=', name).executeTakeFirstOrThrow())
      .value
  },

  async set(name: string, value: string): Promise<void> {
    await db
      .insertInto('server_facts')
      .values({ name, value })
      .onConflict((conflict) => conflict.column('name').doUpdateSet({ value }))
      .execute()
  },
})
