/** Everything that a server, a file or a device can do wrong, by name. Stable: docs/sync.md lists them. */
export const syncFaults = {
  VERSION_NEWER: 'This was written by a newer version of Holdfast.',
  VERSION_LOWERED: 'This says that it is of a version that never was.',
  MALFORMED: 'These bytes are not of this format.',
  LOG_CHAIN_BROKEN: 'An entry of the device log does not follow from the one before it.',
  LOG_SIGNATURE_WRONG: 'An entry of the device log is not signed by who it says.',
  LOG_SIGNER_UNKNOWN: 'An entry of the device log is signed by a device that is not in it.',
  LOG_SIGNER_REVOKED: 'An entry of the device log is signed by a device that was removed.',
  LOG_ENTRY_IMPOSSIBLE: 'An entry of the device log asks for what cannot be.',
  LOG_ROLLED_BACK: 'The server has forgotten entries of the device log.',
  LOG_FORKED: 'The server shows another device log than before.',
  EPOCH_FORGED: 'This key is not the one that the device log names.',
  EPOCH_LOWERED: 'This is sealed with a key that was out of use when it was written.',
  EPOCH_UNKNOWN: 'The key of this epoch is not here.',
  KEY_UNREADABLE: 'The wrapped key does not open.',
  RECORD_OF_ANOTHER_ACCOUNT: 'A record belongs to another account.',
  RECORD_DEVICE_UNKNOWN: 'A record is of a device that is not in the device log.',
  RECORD_DEVICE_REVOKED: 'A record is of a device that was removed before.',
  RECORD_SIGNATURE_WRONG: 'A record is not signed by its device, or was changed.',
  RECORD_CHAIN_BROKEN: 'A record does not follow from the one before it.',
  RECORD_REPLAYED: 'A record came again as if it were new.',
  RECORD_FORKED: 'A device has two records of one number.',
  RECORD_MISSING: 'Records of a device were held back.',
  RECORD_UNREADABLE: 'A record does not open.',
  RECORD_KIND_UNKNOWN: 'A record is of a kind that is not known here.',
  VIEW_LOWERED: 'A device says that it has seen less than before.',
  ROLLED_BACK: 'The server has less than it had.',
  ORDER_WRONG: 'The server gives records in another order than its own.',
  BLOB_CHANGED: 'A part of a file is not the one that was sent.',
  BACKUP_DAMAGED: 'The backup is not whole, or was changed.',
  RECOVERY_WRONG_KEY: 'These recovery words belong to another account.',
} as const

export type SyncFaultCode = keyof typeof syncFaults

/** A misdeed with its name. Its words hold nothing of what a record has in it. */
export class SyncFault extends Error {
  override readonly name = 'SyncFault'
  readonly code: SyncFaultCode

  constructor(code: SyncFaultCode, options?: ErrorOptions) {
    super(syncFaults[code], options)
    this.code = code
  }
}
