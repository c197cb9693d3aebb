import * as v from 'valibot'
import type { Config } from '../../config.ts'
import { createDesktop } from '../../devices/desktop.ts'
import type { Store } from '../../store/store.ts'
import { desktopPage, type Outcome } from '../desktop-page.ts'
import { ApiError } from '../errors.ts'
import { file, forAnyone, type Route } from '../route.ts'
import { bytes } from '../shapes.ts'

const perMinute = { burst: 30, interval: 2000, longest: 2000 }

/** RFC 7636 §4.1. */
const verifier = v.pipe(v.string(), v.regex(/^[\w.~-]{43,128}$/))

const answerSchema = v.object({ code: v.string(), state: v.string(), iss: v.string() })

const isForPeople = (request: Request): boolean => request.headers.get('accept')?.includes('text/html') ?? false

/** Sign-in of native programs, whose browser cannot hand them an answer but by an address of a scheme of their own. */
export const desktopRoutes = (config: Config, store: Store): readonly Route[] => {
  const desktop = createDesktop(config, store)

  const outcomeOf = async (parameters: URLSearchParams): Promise<Outcome> => {
    const error = parameters.get('error')
    if (error !== null) return { type: error === 'access_denied' ? 'cancelled' : 'refused' }
    const answer = v.safeParse(answerSchema, Object.fromEntries(parameters))
    const oneTimeCode = answer.success ? await desktop.handOver(answer.output) : undefined
    return oneTimeCode === undefined ? { type: 'stale' } : { type: 'done', oneTimeCode }
  }

  return [
    forAnyone(
      {
        method: 'GET',
        path: '/auth/callback/desktop',
        summary: 'The page after a sign-in for a native program: it leads back by a one-time code.',
        reply: file,
        errors: ['code_invalid'],
        limit: perMinute,
      },
      async ({ request }) => {
        const outcome = await outcomeOf(new URL(request.url).searchParams)
        if (outcome.type !== 'done' && !isForPeople(request)) throw new ApiError('code_invalid')
        return desktopPage(outcome, request.headers.get('accept-language'))
      },
    ),
    forAnyone(
      {
        method: 'POST',
        path: '/auth/desktop-callback',
        summary:
          "Gives the provider's answer for a one-time code and the verifier of the sign-in: within 60 seconds, once.",
        body: v.object({ code: bytes(32), verifier }),
        reply: v.object({ code: v.string(), state: v.string(), iss: v.string() }),
        errors: ['code_invalid'],
        limit: perMinute,
      },
      async ({ body }) => {
        const answer = await desktop.redeem(body.code, body.verifier)
        if (answer === undefined) throw new ApiError('code_invalid')
        return answer
      },
    ),
  ]
}
