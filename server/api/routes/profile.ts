import * as v from 'valibot'
import type { Account } from '../../store/accounts.ts'
import type { Store } from '../../store/store.ts'
import { forCaller, type Route } from '../route.ts'
import { text } from '../shapes.ts'

export const profile = v.object({ id: v.string(), email: v.string(), name: v.nullable(v.string()) })

export const userOf = ({ id, email, name }: Account) => ({ id, email, name })

export const profileRoutes = (store: Store): readonly Route[] => [
  forCaller({ method: 'GET', path: '/user/profile', summary: 'The profile.', reply: profile }, async ({ account }) =>
    userOf(account),
  ),
  forCaller(
    {
      method: 'PUT',
      path: '/user/profile',
      summary: 'Changes the name.',
      body: v.object({ name: v.nullable(text(100)) }),
      reply: profile,
    },
    async ({ account }, { body: { name } }) => {
      await store.accounts.setName(account.id, name)
      return { ...userOf(account), name }
    },
  ),
]
