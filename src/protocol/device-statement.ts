/**
 * What a device signs with its Ed25519 key (RFC 8032), as lines of text: the purpose first, so that no signature can serve
 * another one. Every part is base64url or a number and holds no line break.
 */
const statement = (purpose: string, ...parts: readonly (string | number)[]): string =>
  [`holdfast ${purpose} v1`, ...parts].join('\n')

/** That this key belongs to the session whose tokens are bound to the DPoP key with this thumbprint (RFC 7638). */
export const registrationStatement = (publicKey: string, jkt: string): string =>
  statement('device registration', publicKey, jkt)

export type Renewal = {
  readonly challenge: string
  readonly deviceId: string
  /** The server's own key, as the device learnt it when it was registered: no other server can use what it gets. */
  readonly serverKey: string
  /** The DPoP key that the new session is bound to. */
  readonly jkt: string
  /** When the server made the challenge, by its own clock. */
  readonly time: number
}

/** That this device wants a new session, now, at this server, for this DPoP key. */
export const renewalStatement = ({ challenge, deviceId, serverKey, jkt, time }: Renewal): string =>
  statement('session renewal', challenge, deviceId, serverKey, jkt, time)

/** That the device with this key takes what the pairing gives, at this server, for this DPoP key. */
export const pairingStatement = (pairingId: string, serverKey: string, jkt: string): string =>
  statement('pairing', pairingId, serverKey, jkt)
