import type { Grade, Pending, SessionState, SessionStatus } from '../protocol/messages.ts'
import { PROTOCOL } from '../protocol/version.ts'
import { refreshAt } from '../session/refresh-time.ts'
import type { Keeper, Keepers } from './keeper.ts'

const statusOf = (keeper: Keeper): SessionStatus => {
  const state = keeper.state()
  const live = keeper.live()
  if (state.status === 'signing-in') return { status: 'signing-in', since: state.since }
  if (state.status === 'expired') {
    const { account, reason, removedAt } = state
    return { status: 'expired', account, reason, ...(removedAt === undefined ? {} : { removedAt }) }
  }
  if (state.status === 'anonymous' || live === undefined) return { status: 'anonymous' }
  const { account, online, life } = state
  return {
    status: 'signed-in',
    account,
    provider: keeper.provider.id,
    device: live.device,
    online,
    refreshAt: refreshAt(life),
    limits: live.limits,
  }
}

const order = ['signed-in', 'signing-in', 'expired', 'anonymous'] as const

/** What a page is told: the foremost session among the providers, and nothing that was not made for it field by field. */
export const describeSession = (keepers: Keepers, grade: Grade, pending: Pending): SessionState => {
  const sessions = Object.fromEntries([...keepers].map(([id, keeper]) => [id, statusOf(keeper)]))
  const all = Object.values(sessions)
  const status = order.map((wanted) => all.find((one) => one.status === wanted)).find((one) => one !== undefined)
  return { ...(status ?? { status: 'anonymous' }), grade, protocol: PROTOCOL, pending, sessions }
}
