import { hash as digest } from 'node:crypto'
import { sql } from 'kysely'
import * as v from 'valibot'
import { gather } from './gathered.ts'
import { prepare } from './prepared.ts'
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

const hash = (id: string): string => digest('sha256', id, 'base64url')

type Row = { payload: string; grantId: string | null; consumedAt: number | null; expiresAt: number | null }

/** Stands for the id wherever a payload repeats it, as in the address to return to. JSON never has it as it is. */
const marker = '\u0001'
const hideId = (json: string, id: string): string => json.replaceAll(id, marker)
const restoreId = (text: string, id: string): string => text.replaceAll(marker, id)

/** `ttl` in seconds; undefined: it does not expire. */
export type NewRecord = {
  readonly model: string
  readonly id: string
  readonly payload: Payload
  readonly ttl: number | undefined
}

const rowOf = ({ model, id, payload, ttl }: NewRecord) => {
  const text = (value: unknown) => (typeof value === 'string' ? value : null)
  return {
    model,
    id_hash: hash(id),
    grant_id: model === 'Grant' ? id : text(payload.grantId),
    uid: text(payload.uid),
    payload: hideId(JSON.stringify(payload), id),
    expires_at: ttl === undefined ? null : Date.now() + ttl * 1000,
  }
}

/** What oidc-provider keeps, under the hash of its id: who copies the table has no token, code or session cookie. */
export const createOidcRecords = (db: Database) => {
  const select = (model: string) =>
    db
      .selectFrom('oidc_records')
      .select(['payload', 'grant_id as grantId', 'consumed_at as consumedAt', 'expires_at as expiresAt'])
      .where('model', '=', model)

  /** Of each kind: the provider has a dozen of them. */
  const questions = new Map<string, (idHash: string) => Promise<(Row & { idHash: string }) | undefined>>()
  const byId = (model: string) => {
    const known = questions.get(model)
    if (known !== undefined) return known
    const made = gather(
      db,
      (hashes) => select(model).select('id_hash as idHash').where('id_hash', 'in', hashes),
      ({ idHash }) => idHash,
    )
    questions.set(model, made)
    return made
  }

  const toRecord = (row: Row | undefined, id: string): OidcRecord | undefined => {
    if (row === undefined) return undefined
    const { payload, grantId, consumedAt, expiresAt } = row
    const isExpired = expiresAt !== null && expiresAt <= Date.now()
    return { payload: v.parse(payloadSchema, JSON.parse(restoreId(payload, id))), grantId, consumedAt, isExpired }
  }

  const insert = (rows: readonly ReturnType<typeof rowOf>[]) =>
    db
      .insertInto('oidc_records')
      .values(rows)
      .onConflict((conflict) =>
        conflict.columns(['model', 'id_hash']).doUpdateSet(({ ref }) => ({
          payload: ref('excluded.payload'),
          expires_at: ref('excluded.expires_at'),
          grant_id: ref('excluded.grant_id'),
          uid: ref('excluded.uid'),
        })),
      )
      .compile()
  /** By how many are put at once. */
  const inserts = new Map<number, ReturnType<typeof prepare>>()

  const putAll = async (records: readonly NewRecord[]): Promise<void> => {
    const rows = records.map(rowOf)
    const known = inserts.get(rows.length) ?? prepare(db, () => insert(rows))
    inserts.set(rows.length, known)
    await known(...rows.flatMap((row) => Object.values(row)))
  }

  const succeed = prepare(db, () => {
    const text = sql`cast(${''} as text)`
    const time = sql`cast(${0} as bigint)`
    return sql`
      insert into oidc_records (model, id_hash, grant_id, uid, payload, expires_at, consumed_at)
      select ${text}, ${text}, ${text}, ${text}, ${text}, ${time}, cast(null as bigint)
      union all
      select model, id_hash, grant_id, uid, payload, expires_at, ${time}
      from oidc_records where model = ${text} and id_hash = ${text}
      on conflict (model, id_hash) do update set consumed_at = coalesce(oidc_records.consumed_at, excluded.consumed_at)
    `.compile(db)
  })

  const consume = prepare(db, () =>
    db
      .updateTable('oidc_records')
      .set({ consumed_at: 0 })
      .where('model', '=', '')
      .where('id_hash', '=', '')
      .where('consumed_at', 'is', null)
      .compile(),
  )
  const remove = prepare(db, () =>
    db.deleteFrom('oidc_records').where('model', '=', '').where('id_hash', '=', '').compile(),
  )

  return {
    put: (record: NewRecord): Promise<void> => putAll([record]),

    /** Several at once, each another. */
    putAll,

    /**
     * Puts a record in the place of another, which is used thereby: both or neither, and on the disk in one go. The first use of
     * the other counts.
     */
    async succeed(before: string, record: NewRecord): Promise<void> {
      const { model, id_hash, grant_id, uid, payload, expires_at } = rowOf(record)
      const used = [Date.now(), model, hash(before)] as const
      await succeed(model, id_hash, grant_id, uid, payload, expires_at, ...used)
    },

    async find(model: string, id: string): Promise<OidcRecord | undefined> {
      return toRecord(await byId(model)(hash(id)), id)
    },

    /** Without the id, which is not known. */
    async findByUid(model: string, uid: string): Promise<OidcRecord | undefined> {
      return toRecord(await select(model).where('uid', '=', uid).executeTakeFirst(), '')
    },

    /** Marks a record as used; the first time counts. Answers whether this was it. */
    async consume(model: string, id: string): Promise<boolean> {
      return (await consume(Date.now(), model, hash(id))).numAffectedRows === 1n
    },

    async remove(model: string, id: string): Promise<void> {
      await remove(model, hash(id))
    },

    async removeByGrant(model: string, grantId: string): Promise<void> {
      await db.deleteFrom('oidc_records').where('model', '=', model).where('grant_id', '=', grantId).execute()
    },

    async removeExpired(): Promise<void> {
      await db.deleteFrom('oidc_records').where('expires_at', '<', Date.now()).execute()
    },
  }
}

export type OidcRecords = ReturnType<typeof createOidcRecords>
