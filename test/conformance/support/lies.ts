import type { Reply } from '../../support/liar-reply.ts'

type Fields = Readonly<Record<string, unknown>>
/** The truth with other fields in its JSON. */
export const saying =
  (lie: Fields) =>
  (truth: Reply): Reply => ({ ...truth, body: { ...(truth.body as Fields), ...lie } })
/** The truth without one field of its JSON. */
export const lacking =
  (name: string) =>
  ({ body, ...rest }: Reply): Reply => ({
    ...rest,
    body: Object.fromEntries(Object.entries(body as Fields).filter(([field]) => field !== name)),
  })
