import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto'

/** Seals small secrets with a key that is not in the database: AES-256-GCM under HKDF-SHA-256 of a secret of the server. */
export const createSealed = (secret: string, purpose: string) => {
  const key = Buffer.from(hkdfSync('sha256', secret, '', `holdfast server ${purpose} v1`, 32))
  return {
    /** `owner` is bound to it: what is moved to another row does not open. */
    seal(text: string, owner: string): string {
      const iv = randomBytes(12)
      const cipher = createCipheriv('aes-256-gcm', key, iv).setAAD(Buffer.from(owner))
      const body = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()])
      return Buffer.concat([iv, body, cipher.getAuthTag()]).toString('base64url')
    },
    /** Throws where it was sealed with another key, for another owner, or changed. */
    open(sealed: string, owner: string): string {
      const bytes = Buffer.from(sealed, 'base64url')
      const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, 12)).setAAD(Buffer.from(owner))
      decipher.setAuthTag(bytes.subarray(-16))
      return Buffer.concat([decipher.update(bytes.subarray(12, -16)), decipher.final()]).toString('utf8')
    },
  }
}
