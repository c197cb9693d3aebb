import * as v from 'valibot'
import type { Store } from '../store/store.ts'
import { normaliseEmail } from './email.ts'

/** Who somebody is at another provider, as its verified ID token says. */
export const personSchema = v.object({
  issuer: v.string(),
  subject: v.string(),
  email: v.nullable(v.string()),
  isEmailVerified: v.boolean(),
  name: v.nullable(v.string()),
})

export type Person = v.InferOutput<typeof personSchema>

export type Joined =
  | { readonly type: 'known'; readonly accountId: string }
  /** There is an account of this e-mail: its owner has to prove that it is theirs. */
  | { readonly type: 'prove'; readonly accountId: string; readonly email: string }
  /** The other provider does not say that the e-mail is theirs. */
  | { readonly type: 'unverified' }
  /** The account of this e-mail has never shown that the e-mail is its own: nobody may be led into it. */
  | { readonly type: 'unconfirmed' }

/** Accounts of people who come from another provider. */
export const createFederation = (store: Store) => {
  const { accounts, identities, sessions } = store

  const create = async (person: Person, email: string): Promise<Joined> => {
    const { issuer, subject, name } = person
    const accountId = await identities.createAccount({ issuer, subject, email }, email, name?.slice(0, 100) ?? null)
    // The same person came twice at once, and the other request was first.
    if (accountId === undefined) return join(person)
    await sessions.audit('account.created', accountId, null)
    return { type: 'known', accountId }
  }

  /** The account of a person, which is made where there is none. */
  const join = async (person: Person): Promise<Joined> => {
    const email = person.email === null || !person.isEmailVerified ? undefined : normaliseEmail(person.email)
    // Before the identity is looked for: an account that another request of the same person makes has both at once.
    const existing = email === undefined ? undefined : await accounts.findByEmail(email)
    const known = await identities.findAccount(person.issuer, person.subject)
    if (known !== undefined) return { type: 'known', accountId: known }
    if (email === undefined) return { type: 'unverified' }
    if (existing === undefined) return create(person, email)
    if (existing.emailVerifiedAt !== null) return { type: 'prove', accountId: existing.id, email }
    await sessions.audit('identity.refused', existing.id, null)
    return { type: 'unconfirmed' }
  }

  return {
    join,

    /** Adds an identity to an account whose owner has just signed in. */
    async add(accountId: string, { issuer, subject, email }: Person): Promise<void> {
      if (await identities.add(accountId, { issuer, subject, email })) {
        await sessions.audit('identity.joined', accountId, null)
      }
    },
  }
}

export type Federation = ReturnType<typeof createFederation>
