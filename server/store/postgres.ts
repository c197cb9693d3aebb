import { PostgresDialect } from 'kysely'
import pg from 'pg'

const seconds = 1000

/** What one node asks of PostgreSQL. A node that waits longer than this answers 503, and its callers try again. */
const limits = {
  connectionTimeoutMillis: 3 * seconds,
  statement_timeout: 10 * seconds,
  lock_timeout: 5 * seconds,
  idle_in_transaction_session_timeout: 10 * seconds,
  /** Ends what the other side never answers, as when its machine is gone. */
  query_timeout: 12 * seconds,
}

/** Times and counts are `bigint` in the schema and safe integers here. */
const int8 = 20
export const types: pg.CustomTypesConfig = {
  getTypeParser: (id, format) => (Number(id) === int8 ? Number : pg.types.getTypeParser(id, format)),
}

export type PostgresOptions = {
  readonly url: string
  /** Connections at most. */
  readonly connections: number
  /** True: no statement is ended for the time it takes; for migrations. */
  readonly patient?: boolean
}

/** Kysely over PostgreSQL. Connections are made when they are needed, so a database that was away is found again by itself. */
export const postgresDialect = ({ url, connections, patient = false }: PostgresOptions): PostgresDialect => {
  const pool = new pg.Pool({
    connectionString: url,
    application_name: 'holdfast',
    max: connections,
    keepAlive: true,
    types,
    ...limits,
    ...(patient ? { statement_timeout: 0, lock_timeout: 0, query_timeout: 0 } : {}),
  })
  // An idle connection ended. The pool drops it; whoever needs one next gets another, or hears that there is none.
  pool.on('error', () => undefined)
  return new PostgresDialect({ pool })
}
