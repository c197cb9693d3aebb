export { connect } from '../client/connect.ts'
export { createDevices, createPairing } from '../client/devices.ts'
export { createSecrets } from '../client/secrets.ts'
export type { Devices, Pairing, Secrets, Session } from '../client/session.ts'
export { type ErrorCode, HoldfastError, type Retry } from '../protocol/errors.ts'
export type {
  Account,
  Device,
  ExpiredReason,
  Grade,
  JoiningDevice,
  Limit,
  ListedDevice,
  PairingEnd,
  PairingNumbers,
  PairingState,
  Pending,
  SecretInfo,
  SessionState,
  SessionStatus,
} from '../protocol/messages.ts'
