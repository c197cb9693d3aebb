import type { Generated } from 'kysely'

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
    /** Empty where the account has no password. */
    password_hash: string
    created_at: number
    downloaded_at: number | null
    downloads: Generated<number>
    email_verified_at: number | null
    plan: Generated<string>
  }
  /** Metered calls of an account on a day (ISO 8601, UTC). */
  usage: {
    account_id: string
    day: string
    calls: number
  }
  /** Who had an account that was deleted: by issuer and subject, hashed. */
  ended_identities: {
    id_hash: string
    ended_at: number
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
    /** When the person proved who it is. */
    auth_time: number | null
  }
  /** A browser or an app with its key. Its present session comes and goes; removed ones stay, so that they can be told. */
  devices: {
    id: string
    account_id: string
    session_id: string
    name: string
    platform: string
    public_key: string
    created_at: number
    removed_at: number | null
  }
  /** Secrets of authenticator apps, sealed with a key that is not in the database. */
  totp: {
    account_id: string
    sealed_secret: string
    /** The time step of the last code that was accepted: none is good twice. */
    last_step: number
    confirmed_at: number | null
  }
  recovery_codes: {
    account_id: string
    code_hash: string
  }
  passkeys: {
    id: string
    account_id: string
    public_key: string
    counter: number
    name: string
    created_at: number
    last_used_at: number | null
  }
  /** Who people are at other providers. */
  identities: {
    issuer: string
    subject: string
    account_id: string
    email: string | null
    created_at: number
  }
  /** What is good once and for a while, under its hash. */
  tickets: {
    id_hash: string
    purpose: string
    payload: string
    expires_at: number
  }
  outbox: {
    id: string
    recipient: string
    subject: string
    body: string
    created_at: number
    sent_at: number | null
  }
  /** Devices that are about to be added. The keys are public; what is sealed for the new device the server cannot read. */
  pairings: {
    id: string
    account_id: string
    words: string
    number: string
    guesses: number
    stage: string
    created_at: number
    ticket_hash: string | null
    client_id: string | null
    name: string | null
    platform: string | null
    public_key: string | null
    exchange_key: string | null
    commitment: string | null
    answer_key: string | null
    answer_nonce: string | null
    opening: string | null
    wrapped_key: string | null
    log_entry: string | null
    new_proof: string | null
    old_proof: string | null
  }
  challenges: {
    id_hash: string
    device_id: string
    created_at: number
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
  /** One row an account that syncs. Whoever adds to what it has locks this first. */
  sync_accounts: {
    account_id: string
    /** The hash of the first entry of its device log, base64url: what the account is called in records. */
    genesis: string | null
    /** Of the last record. They are dense: each is one more than the one before. */
    position: number
    log_length: number
    /** Of records, chunks and backups together. */
    bytes: number
  }
  /** Entries, records and chunks are base64url: bytes have no type that both databases have. */
  sync_log: {
    account_id: string
    entry_index: number
    entry: string
  }
  sync_wraps: {
    account_id: string
    epoch: number
    recipient: string
    wrapped: string
  }
  /** The last record that was taken of each device, whether it is still there or was superseded. */
  sync_heads: {
    account_id: string
    device: string
    seq: number
    hash: string
  }
  sync_records: {
    account_id: string
    position: number
    device: string
    seq: number
    kind: number
    hash: string
    size: number
    record: string
  }
  blob_chunks: {
    account_id: string
    blob: string
    chunk: string
    size: number
    content: string
  }
  /** Blobs that were removed: their chunks are still there for a while, and count against no quota. */
  blob_deletions: {
    account_id: string
    blob: string
    size: number
    deleted_at: number
  }
  /** Backups of accounts. One that is being sent has no `completed_at`. */
  sync_backups: {
    account_id: string
    id: string
    device: string
    size: number
    created_at: number
    /** When something of it came last. */
    added_at: number
    completed_at: number | null
  }
  sync_backup_parts: {
    account_id: string
    backup: string
    part: number
    content: string
  }
  /** What is true of the database as a whole. */
  server_facts: {
    name: string
    value: string
  }
}
