export { connect } from '../client/connect.ts'
export type { Session } from '../client/session.ts'
export { type ErrorCode, HoldfastError, type Retry } from '../protocol/errors.ts'
export type { Account, Device, ExpiredReason, Grade, Pending, SessionState } from '../protocol/messages.ts'
