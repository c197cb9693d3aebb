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
  readonly isExpired: boolean
}

const hash = (id: string): string => createHash('sha256').update(id).digest('base64url')

type Row = { payload: string; grantId: string | null; consumedAt: number | null; expiresAt: number | null }

/** Stands for the id wherever a payload repeats it, as in the address to return to. JSON never has it as it is. */
const marker = '\u0001'
const hideId = (json: string, id: string): string => json.replaceAll(id, marker)
const restoreId = (text: string, id: string): string => text.replaceAll(marker, id)

/** What oidc-provider keeps, under the hash of its id: who copies the table has no token, code or session cookie. */
export const createOidcRecords = (db: Database) => {
  const select = (model: string) =>
    db
      .selectFrom('oidc_records')
      .select(['payload', 'grant_id as grantId', 'consumed_at as consumedAt', 'expires_at as expiresAt'])
      .where('model', '=', model)

  const toRecord = (row: Row | undefined, id: string): OidcRecord | undefined => {
    if (row === undefined) return undefined
    const { payload, grantId, consumedAt, expiresAt } = row
    const isExpired = expiresAt !== null && expiresAt <= Date.now()
    return { payload: v.parse(payloadSchema, JSON.parse(restoreId(payload, id))), grantId, consumedAt, isExpired }
  }

  return {
    /** `ttl` in seconds; undefined: it does not expire. */
    async put(model: string, id: string, payload: Payload, ttl: number | undefined): Promise<void> {
      const text = (value: unknown) => (typeof value === 'string' ? value : null)
      const row = {
        model,
        id_hash: hash(id),
        grant_id: model === 'Grant' ? id : text(payload.grantId),
        uid: text(payload.uid),
        payload: hideId(JSON.stringify(payload), id),
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
      return toRecord(await select(model).where('id_hash', '=', hash(id)).executeTakeFirst(), id)
    },

    /** Without the id, which is not known. */
    async findByUid(model: string, uid: string): Promise<OidcRecord | undefined> {
      return toRecord(await select(model).where('uid', '=', uid).executeTakeFirst(), '')
    },

    /** Marks a record as used; the first time counts. Answers whether this was it. */
    async consume(model: string, id: string): Promise<boolean> {
      const updated = await db
        .updateTable('oidc_records')
        .set({ consumed_at: Date.now() })
        .where('model', '=', model)
        .where('id_hash', '=', hash(id))
        .where('consumed_at', 'is', null)
        .executeTakeFirst()
      return updated.numUpdatedRows === 1n
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
