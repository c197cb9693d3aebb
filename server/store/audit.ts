import type { Database } from './store.ts'

/** What is written down of an account: stable names, in the order of nouns. */
export type AuditType =
  | 'account.created'
  | 'account.deleted'
  | 'account.exported'
  | 'app.downloaded'
  | 'code.reused'
  | 'device.added'
  | 'device.refused'
  | 'device.removed'
  | 'device.renamed'
  | 'email.changed'
  | 'factor.added'
  | 'factor.removed'
  | 'factor.wrong'
  | 'identity.joined'
  | 'identity.refused'
  | 'pairing.approved'
  | 'pairing.burned'
  | 'pairing.created'
  | 'pairing.redeemed'
  | 'password.changed'
  | 'recovery-code.used'
  | 'refresh.reused'
  | 'session.created'
  | 'session.renewed'
  | 'session.revoked'
  | 'sign-in.failed'
  | 'sign-in.unusual'

export type AuditEvent = {
  readonly id: string
  /** Milliseconds since 1970. */
  readonly at: number
  readonly sessionId: string | null
  readonly type: string
}

export const createAudit = (db: Database) => ({
  /** The newest first. */
  list: (accountId: string, limit: number): Promise<AuditEvent[]> =>
    db
      .selectFrom('audit_events')
      .select(['id', 'at', 'session_id as sessionId', 'type'])
      .where('account_id', '=', accountId)
      .orderBy('at', 'desc')
      .orderBy('id')
      .limit(limit)
      .execute(),
})
