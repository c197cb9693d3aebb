import { createHash, randomInt } from 'node:crypto'
import { Secret, TOTP } from 'otpauth'
import type { Limit } from '../store/attempts.ts'
import type { Store } from '../store/store.ts'
import { createSealed } from './sealed.ts'

/** RFC 6238, as authenticator apps have it. */
const period = 30
const digits = 6
const recoveryCodes = 10
const letters = 'abcdefghjkmnpqrstuvwxyz23456789'

const minute = 60_000
/** Of one account: only who has the password gets this far. */
const perAccount: Limit = { burst: 5, interval: minute / 5, longest: 15 * minute }

export type CodeOutcome =
  | { readonly type: 'right' }
  | { readonly type: 'wrong' }
  | { readonly type: 'wait'; readonly milliseconds: number }

const appOf = (secret: string, label = ''): TOTP =>
  new TOTP({ issuer: 'Holdfast', label, algorithm: 'SHA1', digits, period, secret: Secret.fromBase32(secret) })

const newRecoveryCode = (): string => {
  const part = () => Array.from({ length: 5 }, () => letters[randomInt(letters.length)]).join('')
  return `${part()}-${part()}`
}

/** How a code is compared: people leave out the dash and use capitals. */
const tidy = (code: string): string => code.normalize('NFKC').toLowerCase().replaceAll(/[\s-]/g, '')

const hashOf = (accountId: string, code: string): string =>
  createHash('sha256')
    .update(`${accountId}\n${tidy(code)}`)
    .digest('base64url')

/** The second step of a sign-in: codes of an authenticator app, and codes on paper for when it is lost. */
export const createSecondFactor = (store: Store, secret: string) => {
  const sealed = createSealed(secret, 'totp')
  const { factors, attempts } = store

  const secretOf = async (accountId: string): Promise<string | undefined> => {
    const totp = await factors.findTotp(accountId)
    return totp === undefined ? undefined : sealed.open(totp.sealedSecret, accountId)
  }

  /** Whether the app shows this code now, or one step away, for the first time. */
  const checkApp = async (accountId: string, code: string): Promise<boolean> => {
    const known = await secretOf(accountId)
    const delta = known === undefined ? null : appOf(known).validate({ token: tidy(code), window: 1 })
    if (delta === null) return false
    return factors.useStep(accountId, Math.floor(Date.now() / (period * 1000)) + delta)
  }

  const limited = async (accountId: string, check: () => Promise<boolean>): Promise<CodeOutcome> => {
    const key = `code ${accountId}`
    const milliseconds = await attempts.take(key, perAccount)
    if (milliseconds > 0) return { type: 'wait', milliseconds }
    if (!(await check())) {
      await store.sessions.audit('factor.wrong', accountId, null)
      return { type: 'wrong' }
    }
    await attempts.clear(key)
    return { type: 'right' }
  }

  const renewRecoveryCodes = async (accountId: string): Promise<readonly string[]> => {
    const codes = Array.from({ length: recoveryCodes }, newRecoveryCode)
    await factors.setRecoveryCodes(
      accountId,
      codes.map((code) => hashOf(accountId, code)),
    )
    return codes
  }

  return {
    async isOn(accountId: string): Promise<boolean> {
      return (await factors.findTotp(accountId))?.confirmedAt != null
    },

    /** Begins to set an app up: what it has to be told. Nothing of a sign-in changes yet. */
    async begin(accountId: string, email: string): Promise<{ readonly secret: string; readonly address: string }> {
      const made = new Secret({ size: 20 }).base32
      await factors.beginTotp(accountId, sealed.seal(made, accountId))
      const known = (await secretOf(accountId)) ?? made
      return { secret: known, address: appOf(known, email).toString() }
    },

    /** The first code of the app switches the second step on. Answers the recovery codes, which nobody can read again. */
    async confirm(accountId: string, code: string): Promise<CodeOutcome & { readonly codes?: readonly string[] }> {
      const outcome = await limited(accountId, () => checkApp(accountId, code))
      if (outcome.type !== 'right') return outcome
      await factors.confirmTotp(accountId)
      await store.sessions.audit('factor.added', accountId, null)
      return { type: 'right', codes: await renewRecoveryCodes(accountId) }
    },

    /** A code of the app or one of the recovery codes, each good once. */
    check: (accountId: string, code: string): Promise<CodeOutcome> =>
      limited(accountId, async () => {
        if (await checkApp(accountId, code)) return true
        const used = await factors.useRecoveryCode(accountId, hashOf(accountId, code))
        if (used) await store.sessions.audit('recovery-code.used', accountId, null)
        return used
      }),

    renewRecoveryCodes,

    async remove(accountId: string): Promise<void> {
      await factors.removeTotp(accountId)
      await store.sessions.audit('factor.removed', accountId, null)
    },
  }
}

export type SecondFactor = ReturnType<typeof createSecondFactor>
