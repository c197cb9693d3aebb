import * as v from 'valibot'
import type { SecondFactor } from '../accounts/second-factor.ts'
import type { PasswordAccounts } from '../accounts/sign-in.ts'
import type { Store } from '../store/store.ts'
import { waitWords } from './forms.ts'
import type { Words } from './words.ts'

/** Where a sign-in stands after one of its steps. */
export type Step =
  | { readonly type: 'done'; readonly accountId: string; readonly proving?: string }
  /** The first step was right; the ticket stands for it. */
  | { readonly type: 'code'; readonly ticket: string; readonly fault?: string; readonly wait?: number }
  | { readonly type: 'fault'; readonly fault: string; readonly wait?: number }

const ticketLife = 300_000
const ticketSchema = v.object({ accountId: v.string(), place: v.string(), proving: v.exactOptional(v.string()) })

export type FirstStep = {
  readonly email: string
  readonly password: string
  readonly address: string
  /** Stands for an identity elsewhere that is to be joined to the account. */
  readonly proving?: string
}

export type StepsDeps = {
  readonly store: Store
  readonly accounts: PasswordAccounts
  readonly secondFactor: SecondFactor
}

/** The steps of a sign-in, whatever it is for. `place` names that, so that no step can be taken in one and used in another. */
export const createSteps = ({ store, accounts, secondFactor }: StepsDeps) => {
  /** What comes after the first step. */
  const after = async (accountId: string, place: string, proving?: string): Promise<Step> => {
    const about = { accountId, ...(proving === undefined ? {} : { proving }) }
    if (!(await secondFactor.isOn(accountId))) return { type: 'done', ...about }
    return { type: 'code', ticket: await store.tickets.put('second-step', { ...about, place }, ticketLife) }
  }

  return {
    after,

    async password(words: Words, place: string, first: FirstStep): Promise<Step> {
      const outcome = await accounts.signIn(first.email, first.password, first.address)
      if (outcome.type === 'signed-in') return after(outcome.account.id, place, first.proving)
      if (outcome.type === 'wrong') return { type: 'fault', fault: words.wrong }
      const { milliseconds } = outcome
      return { type: 'fault', fault: waitWords(words, milliseconds), wait: milliseconds }
    },

    async code(words: Words, place: string, ticket: string, code: string): Promise<Step> {
      const held = await store.tickets.find('second-step', ticket, ticketSchema)
      if (held === undefined || held.place !== place) return { type: 'fault', fault: words.expired }
      const outcome = await secondFactor.check(held.accountId, code)
      if (outcome.type === 'wrong') return { type: 'code', ticket, fault: words.codeWrong }
      if (outcome.type === 'wait') {
        const { milliseconds } = outcome
        return { type: 'code', ticket, fault: waitWords(words, milliseconds), wait: milliseconds }
      }
      // Two requests with two good codes: one of them is enough.
      const taken = await store.tickets.take('second-step', ticket, ticketSchema)
      if (taken === undefined) return { type: 'fault', fault: words.expired }
      const { accountId, proving } = taken
      return { type: 'done', accountId, ...(proving === undefined ? {} : { proving }) }
    },
  }
}

export type Steps = ReturnType<typeof createSteps>
