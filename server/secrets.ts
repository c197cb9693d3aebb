import { randomBytes } from 'node:crypto'
import { chmod, link, mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { calculateJwkThumbprint, exportJWK, generateKeyPair } from 'jose'
import * as v from 'valibot'

const secret = v.pipe(v.string(), v.minLength(43))
const privateJwk = v.object({
  kty: v.string(),
  kid: v.string(),
  alg: v.string(),
  use: v.literal('sig'),
  crv: v.string(),
  d: v.string(),
  x: v.string(),
  y: v.exactOptional(v.string()),
})

export const secretsSchema = v.object({
  /** Seals installs: see src/seal. The first seals new ones. */
  sealKeys: v.pipe(v.array(v.object({ id: v.string(), secret })), v.minLength(1)),
  cookieKeys: v.pipe(v.array(secret), v.minLength(1)),
  /** For the nonces that DPoP proofs may be asked to carry. */
  nonceSecret: secret,
  /** Signs ID tokens and access tokens. */
  tokenKey: privateJwk,
  /** The server's own identity, Ed25519 (D1). */
  identityKey: privateJwk,
})

export type Secrets = v.InferOutput<typeof secretsSchema>

const random = () => randomBytes(32).toString('base64url')

const makeKey = async (alg: 'ES256' | 'Ed25519') => {
  const { privateKey } = await generateKeyPair(alg, { extractable: true })
  const jwk = await exportJWK(privateKey)
  return v.parse(privateJwk, { ...jwk, alg, use: 'sig', kid: await calculateJwkThumbprint(jwk) })
}

const make = async (): Promise<Secrets> => ({
  sealKeys: [{ id: 'k1', secret: random() }],
  cookieKeys: [random()],
  nonceSecret: random(),
  tokenKey: await makeKey('ES256'),
  identityKey: await makeKey('Ed25519'),
})

const isCode = (error: unknown, code: string): boolean =>
  error instanceof Error && 'code' in error && error.code === code

/** Takes the file back from everyone else. One that is handed in and cannot be changed is for its giver to protect. */
const close = async (file: string): Promise<void> => {
  try {
    await chmod(file, 0o600)
  } catch (error) {
    if (!isCode(error, 'EROFS') && !isCode(error, 'EPERM')) throw error
  }
}

const read = async (file: string): Promise<unknown> => {
  try {
    return JSON.parse(await readFile(file, 'utf8'))
  } catch (error) {
    if (isCode(error, 'ENOENT')) return undefined
    // The cause may quote the file, so it stays here.
    throw new Error(`${file} cannot be read as JSON.`)
  }
}

/** Of two servers that start at once on one folder, the first to link its file wins, and the other reads it. */
const write = async (file: string, secrets: Secrets): Promise<void> => {
  const draft = `${file}.${random()}`
  await writeFile(draft, `${JSON.stringify(secrets, null, 2)}\n`, { mode: 0o600, flag: 'wx', flush: true })
  try {
    await link(draft, file)
  } catch (error) {
    if (!isCode(error, 'EEXIST')) throw error
  } finally {
    await rm(draft)
  }
}

/**
 * The server's keys, made on the first run, in a file that only its owner can read: in the data folder, or where `given` says.
 * Throws where the file is there but is not what it should be: it is never replaced by itself, because with new keys everybody
 * would be signed out.
 */
export const loadSecrets = async (folder: string, given?: string): Promise<Secrets> => {
  await mkdir(folder, { recursive: true, mode: 0o700 })
  const file = given ?? join(folder, 'secrets.json')
  const found = await read(file)
  if (found !== undefined) {
    await close(file)
    const parsed = v.safeParse(secretsSchema, found)
    if (parsed.success) return parsed.output
    throw new Error(`${file} does not hold the server's keys. Restore it, or move it away to begin with new ones.`)
  }
  await write(file, await make())
  return loadSecrets(folder, given)
}

/** Writes keys that come from elsewhere. Rejects where others are there already, and leaves those as they are. */
export const saveSecrets = async (folder: string, given: string | undefined, secrets: Secrets): Promise<void> => {
  await mkdir(folder, { recursive: true, mode: 0o700 })
  const file = given ?? join(folder, 'secrets.json')
  await write(file, secrets)
  const kept = await loadSecrets(folder, given)
  if (kept.identityKey.kid === secrets.identityKey.kid) return
  throw new Error(`${file} holds the keys of another server. Move it away first.`)
}

/** The public part of a key: what may be shown. */
export const publicJwk = ({ d: _private, ...rest }: Secrets['tokenKey']) => rest
