import { createPublicKey, verify } from 'node:crypto'

/** Whether this is the signature of an Ed25519 key (RFC 8032) under a statement; key and signature are base64url. */
export const isSigned = (publicKey: string, statement: string, signature: string): boolean => {
  try {
    const key = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x: publicKey }, format: 'jwk' })
    return verify(null, Buffer.from(statement), key, Buffer.from(signature, 'base64url'))
  } catch {
    return false
  }
}
