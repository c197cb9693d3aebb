import { expect } from 'vitest'
import { loadSecrets } from '../../../server/secrets.ts'
import { fromBase64url, toBase64url } from '../../../src/base/bytes.ts'
import { deriveShare, INSTALL_COOKIE, readInstall } from '../../../src/seal/install.ts'
import type { Holdfast } from '../../support/holdfast.ts'
import { noteObtained } from './obtained.ts'
import { foundIn, type SyncSecrets } from './sync-secrets.ts'

const fieldOf = (body: string, name: string): string | undefined => {
  try {
    const value: unknown = Reflect.get(Object(JSON.parse(body)), name)
    return typeof value === 'string' ? value : undefined
  } catch {
    return undefined
  }
}

/** What a secret is, in the words of the report. */
type Kinds = ReadonlyMap<string, string>

/** The shares that went out in the worker's script, and the install ids that anyone could ask the server for them with. */
const seals = async ({ config, recorder }: Holdfast): Promise<(readonly [canary: string, kind: string])[]> => {
  const { sealKeys } = await loadSecrets(config.data)
  const found: (readonly [string, string])[] = []
  for (const { reply } of recorder.requests) {
    const install = readInstall(sealKeys, reply?.headers['set-cookie'] ?? null)
    if (install === undefined || reply?.headers['set-cookie']?.startsWith(INSTALL_COOKIE) !== true) continue
    found.push([toBase64url(install.id), 'install id'], [toBase64url(await deriveShare(install)), 'share'])
  }
  return found
}

const secretsOfSync = new WeakMap<Holdfast, SyncSecrets>()

/** From now on these are looked for as well. */
export const keepSyncSecrets = (holdfast: Holdfast, secrets: SyncSecrets): void => {
  secretsOfSync.set(holdfast, new Map([...(secretsOfSync.get(holdfast) ?? []), ...secrets]))
}

/** Where a worker of `withKeysTold` tells its private keys. */
export const told = '/told-to-the-test'

/** The secret part of a key in PKCS #8: of an Ed25519 or X25519 key the end, of a P-256 key what stands before its public part. */
const secretPart = (pkcs8: Buffer): string => pkcs8.subarray(pkcs8.length === 48 ? 16 : 36).toString('base64url', 0, 32)

/** The private keys that a worker of `withKeysTold` has wrapped: of its proofs, and of this device. */
export const privateKeys = ({ recorder }: Holdfast): readonly string[] =>
  recorder.requests
    .filter(({ path, sender }) => path === told && sender === 'worker')
    .map(({ form }) => secretPart(Buffer.from(form.key ?? '', 'base64')))

/** Everything secret of this run, and what it is. */
const kindsOf = async (holdfast: Holdfast): Promise<Kinds> => {
  const { recorder } = holdfast
  const { issued } = recorder
  const byWorker = recorder.requests.filter(({ sender }) => sender === 'worker')
  const named: readonly (readonly [kind: string, found: readonly (string | undefined)[]])[] = [
    ['access token', issued.accessTokens],
    ['refresh token', issued.refreshTokens],
    ['ID token', issued.idTokens],
    ['authorization code', issued.codes],
    ['PKCE verifier', issued.verifiers],
    ['state', issued.states],
    ['nonce', issued.nonces],
    ['pushed request', byWorker.map(({ reply }) => fieldOf(reply?.body ?? '', 'request_uri'))],
    ['private key', privateKeys(holdfast)],
    ['DPoP proof', byWorker.map(({ headers }) => headers.dpop)],
  ]
  const kinds = new Map<string, string>(await seals(holdfast))
  for (const [kind, found] of named) for (const one of found) if (one !== undefined) kinds.set(one, kind)
  return kinds
}

/** Everything secret of this run: what was issued, sent and sealed with. None of it may reach a page. */
export const canaries = async (holdfast: Holdfast): Promise<readonly string[]> => [...(await kindsOf(holdfast)).keys()]

/** A secret as a page could have it: as it is, as bytes in hex, in base64, in an address, or told letter by letter. */
const formsOf = (canary: string): readonly string[] => {
  const bytes = fromBase64url(canary)
  const asBytes = bytes === undefined ? [] : [Buffer.from(bytes).toString('hex'), [...bytes].join(',')]
  const encoded = Buffer.from(canary).toString('base64').replace(/=+$/, '')
  return [canary, encodeURIComponent(canary), encoded, Buffer.from(canary).toString('hex'), ...asBytes]
}

const textOf = (obtained: unknown): string =>
  typeof obtained === 'string' ? obtained : (JSON.stringify(obtained) ?? 'nothing')

/** The secrets of this run that are in `obtained`; those of sync by their names. */
export const leaked = async (holdfast: Holdfast, obtained: unknown): Promise<readonly string[]> => {
  const text = textOf(obtained)
  const issued = (await canaries(holdfast)).filter((canary) => formsOf(canary).some((form) => text.includes(form)))
  return [...issued, ...foundIn(text, secretsOfSync.get(holdfast) ?? new Map())]
}

/** Notes in the report what these secrets are; of none, that there were none. */
const noteSecrets = async (holdfast: Holdfast, found: readonly string[]): Promise<void> => {
  const kinds = await kindsOf(holdfast)
  noteObtained({})
  for (const canary of found) noteObtained({ [kinds.get(canary) ?? 'secret of sync']: 1 })
}

/** Where the secrets are in what was obtained; without secrets, how it begins. */
const shown = (obtained: unknown, found: readonly string[]): string => {
  const text = textOf(obtained)
  const places = found.flatMap(formsOf).map((form) => text.indexOf(form))
  const excerpts = places.filter((at) => at >= 0).map((at) => text.slice(Math.max(0, at - 300), at + 300))
  return excerpts.length === 0 ? text.slice(0, 4000) : excerpts.join('\n…\n')
}

/** Fails, and shows what was obtained, where any secret of this run is in it. */
export const expectNothingSecret = async (holdfast: Holdfast, obtained: unknown): Promise<void> => {
  // There has to be something to find.
  expect((await canaries(holdfast)).length).toBeGreaterThan(2)
  const found = await leaked(holdfast, obtained)
  await noteSecrets(holdfast, found)
  expect(found, shown(obtained, found)).toEqual([])
}

/** Fails where the attack, with its layer taken away, still obtains none of these: then it proves nothing. */
export const expectLeaked = async (holdfast: Holdfast, obtained: unknown, among: readonly string[]): Promise<void> => {
  const found = await leaked(holdfast, obtained)
  const wanted = found.filter((canary) => among.includes(canary))
  await noteSecrets(holdfast, wanted)
  expect(wanted, shown(obtained, [])).not.toEqual([])
}
