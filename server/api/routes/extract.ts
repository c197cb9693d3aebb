import * as v from 'valibot'
import { documentTypes, type Gateway, isDocument } from '../../gateway/gateway.ts'
import type { Store } from '../../store/store.ts'
import { endOfDay } from '../../store/usage.ts'
import type { Caller } from '../credentials.ts'
import { ApiError } from '../errors.ts'
import { forCaller, type Route } from '../route.ts'
import { iso, time } from '../shapes.ts'

/** Metered calls a day, by plan (G8). What is no plan here has none. */
export const quotas: Readonly<Record<string, number>> = { free: 5, pro: 200 }

const perMinute = { burst: 10, interval: 6000, longest: 6000 }

/** Of the whole body; base64 makes a document a third longer. */
const longest = 8 * 1024 * 1024

const quota = v.object({ plan: v.string(), perDay: v.number(), resetsAt: time })

/** The calls of this plan a day. */
const planOf = async (store: Store, { account }: Caller) => {
  const plan = await store.usage.plan(account.id)
  const perDay = Object.hasOwn(quotas, plan) ? quotas[plan] : undefined
  if (perDay === undefined) throw new ApiError('plan_required')
  return { plan, perDay }
}

/** Takes one call of today's, and answers when there are new ones. */
const takeCall = async (store: Store, { account }: Caller, perDay: number): Promise<number> => {
  const now = Date.now()
  const end = endOfDay(now)
  if (await store.usage.take(account.id, perDay)) return end
  const headers = { 'retry-after': String(Math.ceil((end - now) / 1000)) }
  throw new ApiError('quota_used_up', { headers, details: { perDay, resetsAt: iso(end) } })
}

/** `noteFailure`: writes down what it was, without anything of the document. */
export const extractRoutes = (
  store: Store,
  gateway: Gateway,
  noteFailure: (error: unknown) => void,
): readonly Route[] => [
  forCaller(
    {
      method: 'POST',
      path: '/extract',
      summary: 'The text of a PDF or an image, read by a model. Metered: 10 a minute, and so many a day by plan.',
      body: v.object({
        type: v.picklist(documentTypes),
        data: v.pipe(v.string(), v.description('The document, base64 (RFC 4648 §4).')),
      }),
      reply: v.object({ text: v.string(), quota }),
      errors: ['plan_required', 'quota_used_up', 'gateway_failed'],
      claimLimit: perMinute,
      limit: perMinute,
      longest,
    },
    async (caller, { body }) => {
      if (!isDocument(body)) throw new ApiError('validation_failed', { details: [{ field: 'data', problem: 'check' }] })
      const { plan, perDay } = await planOf(store, caller)
      const resetsAt = await takeCall(store, caller, perDay)
      try {
        return { text: await gateway.extract(body), quota: { plan, perDay, resetsAt: iso(resetsAt) } }
      } catch (error) {
        noteFailure(error)
        await store.usage.giveBack(caller.account.id)
        throw new ApiError('gateway_failed', { headers: { 'retry-after': '30' } })
      }
    },
  ),
]
