import { createHash } from 'node:crypto'
import * as v from 'valibot'
import type { Database } from './store.ts'

const payloadSchema = v.record(v.string(), v.unknown())

export type Payload = v.InferOutput<typeof payloadSchema>

export type OidcRecord = {
  readonly payload: Payload
  readonly grantId: string | null
  /** Milliseconds since 1970, or null. */
  readonly consumedAt: number | null
}

const hash = (id: string): string => createHash('sha256').update(id).digest('base64url')

/** What oidc-provider keeps, under the hash of its id: who copies the table has no token, code or session cookie. */
export const createOidcRecords = (db: Database) => {
  const select = (model: string) =>
    db
      .selectFrom('oidc_records')
      .select(['payload', 'grant_id as grantId', 'consumed_at as consumedAt'])
      .where('model', '=', model)

  const toRecord = (row: { payload: string; grantId: string | null; consumedAt: number | null } | undefined) =>
    row === undefined ? undefined : { ...row, payload: v.parse(payloadSchema, JSON.parse(row.payload)) }

  return {
    /** `ttl` in seconds; undefined: it does not expire. The id must not be in the payload. */
    async put(model: string, id: string, payload: Payload, ttl: number | undefined): Promise<void> {
      const text = (value: unknown) => (typeof value === 'string' ? value : null)
      const row = {
        model,
        id_hash: hash(id),
        grant_id: model === 'Grant' ? id : text(payload.grantId),
        uid: text(payload.uid),
        payload: JSON.stringify(payload),
        expires_at: ttl === undefined ? null : Date.now() + ttl * 1000,
      }
      const { payload: text_, expires_at, grant_id, uid } = row
      await db
        .insertInto('oidc_records')
        .values({ ...row, consumed_at: null })
        .onConflict((conflict) =>
          conflict.columns(['model', 'id_hash']).doUpdateSet({ payload: text_, expires_at, grant_id, uid }),
        )
        .execute()
    },

    async find(model: string, id: string): Promise<OidcRecord | undefined> {
      return toRecord(await select(model).where('id_hash', '=', hash(id)).executeTakeFirst())
    },

    async findByUid(model: string, uid: string): Promise<OidcRecord | undefined> {
      return toRecord(await select(model).where('uid', '=', uid).executeTakeFirst())
    },

    /** Marks a record as used; the first time counts. */
    async consume(model: string, id: string): Promise<void> {
      await db
        .updateTable('oidc_records')
        .set({ consumed_at: Date.now() })
        .where('model', '=', model)
        .where('id_hash', '=', hash(id))
        .where('consumed_at', 'is', null)
        .execute()
    },

    async remove(model: string, id: string): Promise<void> {
      await db.deleteFrom('oidc_records').where('model', '=', model).where('id_hash', '=', hash(id)).execute()
    },

    async removeByGrant(model: string, grantId: string): Promise<void> {
      await db.deleteFrom('oidc_records').where('model', '=', model).where('grant_id', '=', grantId).execute()
    },

    async removeExpired(): Promise<void> {
      await db.deleteFrom('oidc_records').where('expires_at', '<', Date.now()).execute()
    },
  }
}
