import { createHash, generateKeyPairSync, randomBytes, sign } from 'node:crypto'
import * as v from 'valibot'

const optionsSchema = v.object({ challenge: v.string() })

const sha256 = (data: string | Buffer): Buffer => createHash('sha256').update(data).digest()
const text = (value: Buffer): string => value.toString('base64url')

/** CBOR (RFC 8949) of a byte string and of a text, as long as they are here. */
const cborBytes = (bytes: Buffer): Buffer =>
  Buffer.concat([Buffer.from([0x59, bytes.length >> 8, bytes.length & 255]), bytes])
const cborText = (value: string): Buffer => Buffer.concat([Buffer.from([0x60 + value.length]), Buffer.from(value)])

type Changes = {
  readonly origin?: string
  readonly challenge?: string
  readonly type?: string
  readonly rpId?: string
  readonly counter?: number
  /** False: the person was not asked for a PIN or a finger. */
  readonly verified?: boolean
}

/** A security key made of software (WebAuthn Level 3 §6), with one ES256 key. `origin`: of the page. */
export const createAuthenticator = (origin: string) => {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const { x = '', y = '' } = publicKey.export({ format: 'jwk' })
  const id = randomBytes(16)
  let count = 0

  // A map of the key's type, algorithm, curve and point (RFC 9052 §7).
  const cose = Buffer.concat([
    Buffer.from([0xa5, 0x01, 0x02, 0x03, 0x26, 0x20, 0x01, 0x21, 0x58, 0x20]),
    Buffer.from(x, 'base64url'),
    Buffer.from([0x22, 0x58, 0x20]),
    Buffer.from(y, 'base64url'),
  ])

  const clientData = (type: string, challenge: string, changes: Changes): Buffer =>
    Buffer.from(
      JSON.stringify({
        type: changes.type ?? type,
        challenge: changes.challenge ?? challenge,
        origin: changes.origin ?? origin,
        crossOrigin: false,
      }),
    )

  const authenticatorData = (attested: boolean, { rpId, counter, verified = true }: Changes): Buffer => {
    count += 1
    const head = Buffer.alloc(37)
    sha256(rpId ?? new URL(origin).hostname).copy(head)
    head[32] = 0x01 | (verified ? 0x04 : 0) | (attested ? 0x40 : 0)
    head.writeUInt32BE(counter ?? count, 33)
    if (!attested) return head
    return Buffer.concat([head, Buffer.alloc(16), Buffer.from([0, id.length]), id, cose])
  }

  const credential = (response: Record<string, string>) =>
    JSON.stringify({ id: text(id), rawId: text(id), type: 'public-key', clientExtensionResults: {}, response })

  return {
    id: text(id),
    create(options: string, changes: Changes = {}): string {
      const { challenge } = v.parse(optionsSchema, JSON.parse(options))
      const attestationObject = Buffer.concat([
        Buffer.from([0xa3]),
        cborText('fmt'),
        cborText('none'),
        cborText('attStmt'),
        Buffer.from([0xa0]),
        cborText('authData'),
        cborBytes(authenticatorData(true, changes)),
      ])
      const clientDataJSON = text(clientData('webauthn.create', challenge, changes))
      return credential({ clientDataJSON, attestationObject: text(attestationObject) })
    },
    use(options: string, changes: Changes = {}): string {
      const { challenge } = v.parse(optionsSchema, JSON.parse(options))
      const data = authenticatorData(false, changes)
      const client = clientData('webauthn.get', challenge, changes)
      const signature = sign('sha256', Buffer.concat([data, sha256(client)]), privateKey)
      return credential({
        clientDataJSON: text(client),
        authenticatorData: text(data),
        signature: text(signature),
      })
    },
  }
}
