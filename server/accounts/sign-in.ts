import { createHash } from 'node:crypto'
import type { Account } from '../store/accounts.ts'
import type { Limit } from '../store/attempts.ts'
import type { Store } from '../store/store.ts'
import { normaliseEmail } from './email.ts'
import { checkPassword, hashPassword, type PasswordFault, passwordFault } from './password.ts'

const minute = 60_000
/** Five a minute for one account from one address; whoever guesses elsewhere does not lock the owner out. */
const perAccount: Limit = { burst: 5, interval: minute / 5, longest: 15 * minute }
/** Many people may share an address, so this one does not grow. */
const perAddress: Limit = { burst: 60, interval: minute / 60, longest: minute / 60 }

export type SignInOutcome =
  | { readonly type: 'signed-in'; readonly account: Account }
  /** Which of the two was wrong is not said. */
  | { readonly type: 'wrong' }
  | { readonly type: 'wait'; readonly milliseconds: number }

export type CreateOutcome =
  | { readonly type: 'created'; readonly account: Account }
  | { readonly type: 'email-invalid' }
  | { readonly type: 'email-taken' }
  | { readonly type: 'password'; readonly fault: PasswordFault }
  | { readonly type: 'wait'; readonly milliseconds: number }

const key = (...parts: readonly string[]): string => createHash('sha256').update(parts.join('\n')).digest('base64url')

/** Accounts with e-mail and password. */
export const createPasswordAccounts = (store: Store) => {
  const wait = async (keys: readonly [string, Limit][]): Promise<number> => {
    const waits = await Promise.all(keys.map(([name, limit]) => store.attempts.take(name, limit)))
    return Math.max(...waits)
  }

  return {
    async signIn(email: string, password: string, address: string): Promise<SignInOutcome> {
      const normalised = normaliseEmail(email)
      const accountKey = key('sign-in', normalised ?? email, address)
      const addressKey = key('sign-in', address)
      const milliseconds = await wait([
        [accountKey, perAccount],
        [addressKey, perAddress],
      ])
      if (milliseconds > 0) return { type: 'wait', milliseconds }
      const account = normalised === undefined ? undefined : await store.accounts.findByEmail(normalised)
      const { right, outdated } = await checkPassword(account?.passwordHash || undefined, password)
      if (!right || account === undefined) {
        if (account !== undefined) await store.sessions.audit('sign-in.failed', account.id, null)
        return { type: 'wrong' }
      }
      await store.attempts.settle(accountKey, addressKey)
      if (outdated) await store.accounts.setPasswordHash(account.id, await hashPassword(password))
      return { type: 'signed-in', account }
    },

    /** Replaces the password; every device has to sign in again. Answers what is wrong with it. */
    async changePassword(accountId: string, password: string): Promise<PasswordFault | undefined> {
      const fault = await passwordFault(password)
      if (fault !== undefined) return fault
      await store.accounts.setPasswordHash(accountId, await hashPassword(password))
      await store.sessions.signOutEverywhere(accountId)
      await store.sessions.audit('password.changed', accountId, null)
      return undefined
    },

    async create(email: string, password: string, address: string): Promise<CreateOutcome> {
      const normalised = normaliseEmail(email)
      if (normalised === undefined) return { type: 'email-invalid' }
      const fault = await passwordFault(password)
      if (fault !== undefined) return { type: 'password', fault }
      const milliseconds = await wait([[key('create', address), perAddress]])
      if (milliseconds > 0) return { type: 'wait', milliseconds }
      const account = await store.accounts.create(normalised, await hashPassword(password))
      if (account === undefined) return { type: 'email-taken' }
      await store.sessions.audit('account.created', account.id, null)
      return { type: 'created', account }
    },
  }
}

export type PasswordAccounts = ReturnType<typeof createPasswordAccounts>
