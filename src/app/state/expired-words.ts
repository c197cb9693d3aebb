import type { ExpiredReason, SessionState } from '../../kit/client.ts'
import { shortDate } from '../ui/format.ts'
import { locale, t } from '../ui/language.ts'
import { fill } from '../ui/words.ts'

export type ExpiredSession = SessionState & { readonly status: 'expired' }

const reasons: { readonly [R in ExpiredReason]: string } = {
  revoked: t.expiredRevoked,
  expired: t.expiredExpired,
  'device-removed': t.expiredDeviceRemoved,
  'vault-lost': t.expiredVaultLost,
}

/** Why a session has come to its end, in words. */
export const expiredText = ({ reason, removedAt }: ExpiredSession): string =>
  reason === 'device-removed' && removedAt !== undefined
    ? fill(t.expiredDeviceRemovedOn, { date: shortDate(locale, removedAt) })
    : reasons[reason]
