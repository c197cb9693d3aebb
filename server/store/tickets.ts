import { createHash, randomBytes } from 'node:crypto'
import * as v from 'valibot'
import type { Database } from './store.ts'

const hash = (ticket: string): string => createHash('sha256').update(ticket).digest('base64url')

/** What is good once, or for a while: under the hash of a random name, so that the table opens nothing. */
export const createTickets = (db: Database) => {
  const select = (purpose: string, ticket: string) =>
    db
      .selectFrom('tickets')
      .select('payload')
      .where('id_hash', '=', hash(ticket))
      .where('purpose', '=', purpose)
      .where('expires_at', '>', Date.now())

  const read = <T>(row: { readonly payload: string } | undefined, schema: v.GenericSchema<unknown, T>) =>
    row === undefined ? undefined : v.parse(schema, JSON.parse(row.payload))

  return {
    /** A new ticket. `life` in milliseconds. */
    async put(purpose: string, payload: unknown, life: number): Promise<string> {
      const ticket = randomBytes(32).toString('base64url')
      const row = { id_hash: hash(ticket), purpose, payload: JSON.stringify(payload), expires_at: Date.now() + life }
      await db.insertInto('tickets').values(row).execute()
      return ticket
    },

    async find<T>(purpose: string, ticket: string, schema: v.GenericSchema<unknown, T>): Promise<T | undefined> {
      return read(await select(purpose, ticket).executeTakeFirst(), schema)
    },

    /** The ticket, which is then gone: of two who take it at once, one gets it. */
    async take<T>(purpose: string, ticket: string, schema: v.GenericSchema<unknown, T>): Promise<T | undefined> {
      const row = await select(purpose, ticket).executeTakeFirst()
      const gone = await db.deleteFrom('tickets').where('id_hash', '=', hash(ticket)).executeTakeFirst()
      return gone.numDeletedRows === 1n ? read(row, schema) : undefined
    },

    async removeExpired(): Promise<void> {
      await db.deleteFrom('tickets').where('expires_at', '<=', Date.now()).execute()
    },
  }
}
