/**
 * Tables, alike on SQLite and PostgreSQL. Times are milliseconds since 1970 (`bigint`), JSON is text (`unknown` until parsed), what
 * is true or not is 0 or 1 or the time at which it became true. A row that is read to be changed is read with `forUpdate()`,
 * in a transaction.
 */
export type Tables = {
  accounts: {
    id: string
    email: string
    name: string | null
    password_hash: string
    created_at: number
  }
  /** One row a sign-in: the grant, the token family and the session have the same id. */
  sessions: {
    id: string
    account_id: string
    client_id: string
    /** The provider's own browser session that the sign-in was made in. */
    provider_session: string | null
    platform: string
    device_name: string
    user_agent: string
    address: string
    created_at: number
    last_used_at: number
    revoked_at: number | null
  }
  /** Everything that oidc-provider keeps. Ids are hashed: a copy of this table holds no usable token. */
  oidc_records: {
    model: string
    id_hash: string
    grant_id: string | null
    uid: string | null
    payload: string
    expires_at: number | null
    consumed_at: number | null
  }
  audit_events: {
    id: string
    at: number
    account_id: string | null
    session_id: string | null
    type: string
  }
  attempts: {
    key: string
    tokens: number
    failures: number
    updated_at: number
  }
  /** Proofs of possession that came with a request that changes something, until they could not be replayed any more. */
  proofs: {
    jti_hash: string
    expires_at: number
  }
  /** What is true of the database as a whole. */
  server_facts: {
    name: string
    value: string
  }
}
