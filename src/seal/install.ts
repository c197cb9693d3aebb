import { type Bytes, fromBase64url, toBase64url, utf8 } from '../base/bytes.ts'

/**
 * The install cookie: `<key id>.<128 random bits>`. The prefix `__Host-Http-` makes the browser refuse it from scripts,
 * so a page cannot put an id of its own in its place after it has overflowed the cookie jar.
 */
export const INSTALL_COOKIE = '__Host-Http-holdfast'

const attributes = 'Secure; HttpOnly; SameSite=Strict; Path=/'
const maxAge = 34_560_000

export type SealKey = { readonly id: string; readonly secret: Uint8Array | string }

/** One browser profile's install, as its cookie names it. */
export type Install = { readonly key: SealKey; readonly id: Bytes; readonly name: string }

const keyId = /^[A-Za-z0-9-]{1,32}$/

/** The keys, or a TypeError that names the fault: at least one, ids unique and plain, 32 bytes of secret or more. */
export const checkKeys = (keys: readonly SealKey[]): readonly [SealKey, ...SealKey[]] => {
  const [first, ...rest] = keys
  if (first === undefined) throw new TypeError('createSeal needs at least one key.')
  if (new Set(keys.map((key) => key.id)).size !== keys.length) throw new TypeError('Two seal keys have the same id.')
  for (const key of keys) {
    if (!keyId.test(key.id)) throw new TypeError('A seal key id may have letters, digits and "-", 32 at most.')
    if (secretBytes(key).length < 32) throw new TypeError(`The seal key ${key.id} is shorter than 32 bytes.`)
  }
  return [first, ...rest]
}

const secretBytes = (key: SealKey): Bytes =>
  typeof key.secret === 'string' ? utf8(key.secret) : new Uint8Array(key.secret)

/** A new install under the first key. */
export const mintInstall = (keys: readonly [SealKey, ...SealKey[]]): Install => {
  const id = crypto.getRandomValues(new Uint8Array(16))
  return { key: keys[0], id, name: `${keys[0].id}.${toBase64url(id)}` }
}

/** The install of a `Cookie` header (RFC 6265 §5.4), or undefined where there is none under a known key. */
export const readInstall = (keys: readonly SealKey[], cookies: string | null): Install | undefined => {
  for (const pair of (cookies ?? '').split(';')) {
    const [name, value = ''] = pair.trim().split('=', 2)
    if (name !== INSTALL_COOKIE) continue
    const [wanted, encoded = ''] = value.split('.', 2)
    const key = keys.find((candidate) => candidate.id === wanted)
    const id = fromBase64url(encoded)
    if (key !== undefined && id?.length === 16) return { key, id, name: `${key.id}.${toBase64url(id)}` }
  }
  return undefined
}

export const installCookie = (install: Install): string =>
  `${INSTALL_COOKIE}=${install.name}; ${attributes}; Max-Age=${maxAge}`

export const expiredCookie = `${INSTALL_COOKIE}=; ${attributes}; Max-Age=0`

/** The install's share: HKDF-SHA-256(seal key, salt = install id, info = "holdfast seal v1"), 32 bytes. RFC 5869. */
export const deriveShare = async (install: Install): Promise<Bytes> => {
  const key = await crypto.subtle.importKey('raw', secretBytes(install.key), 'HKDF', false, ['deriveBits'])
  const derivation = { name: 'HKDF', hash: 'SHA-256', salt: install.id, info: utf8('holdfast seal v1') }
  return new Uint8Array(await crypto.subtle.deriveBits(derivation, key, 256))
}
