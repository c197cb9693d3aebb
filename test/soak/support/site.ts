import type { Page } from 'puppeteer-core'
import { PROTOCOL } from '../../../src/protocol/version.ts'
import { within } from '../../support/deadline.ts'
import type { Recorder } from '../../support/record.ts'
import type { Recorded } from '../../support/recorded.ts'

/** One app that is used for the hour: Holdfast itself, or the example with a provider and an API of others. */
export type Site = {
  readonly name: string
  readonly url: string
  /** Everything between this app and its servers. */
  readonly recorders: readonly Recorder[]
  /** Requests for tokens with a refresh token, in the order of arrival. */
  refreshes(): readonly Recorded[]
  isCall(request: Recorded): boolean
  /** How it writes: PUT may be repeated, POST may not (RFC 9110 §9.2.2). */
  readonly writesBy: 'PUT' | 'POST'
  /** Where the page asks, and with what. */
  request(id: string, write: boolean): { readonly url: string; readonly init: RequestInit }
  /** How often the API has acted on the call with this id. */
  acted(id: string): number
  /** When, and with which proof of possession: one proof is one sending of the worker's, however often it arrived. */
  sendings(id: string): readonly { readonly at: number; readonly proof: string }[]
  /** Ids that the API has acted on. */
  ids(): readonly string[]
  /** An answer of the API's that refuses the token, as the page's browser accepts it. */
  refusal(): Response
  signIn(page: Page): Promise<void>
  /** Whether the server still knows the session as the one that was begun. */
  isSameSession(): Promise<boolean>
  close(): Promise<void>
}

const idOf = ({ search }: Recorded): string => new URLSearchParams(search).get('call') ?? ''

/** What an API behind a recorder has acted on. */
export const actedOn = ({ requests }: Recorder, isCall: (request: Recorded) => boolean) => {
  const done = () => requests.filter((one) => isCall(one) && one.reply?.status === 200)
  const of = (id: string) => done().filter((one) => idOf(one) === id)
  return {
    acted: (id: string): number => of(id).length,
    sendings: (id: string) => of(id).map(({ at, headers }) => ({ at, proof: headers.dpop ?? '' })),
    ids: (): readonly string[] => done().map(idOf),
  }
}

/** What the worker says of the session to a page of its origin; undefined where none answers, as one that was just killed. */
export const statusOf = async (page: Page): Promise<string | undefined> => {
  const ask = page.evaluate(async (v) => {
    const { active } = await navigator.serviceWorker.ready
    const { port1, port2 } = new MessageChannel()
    const { promise, resolve } = Promise.withResolvers<unknown>()
    port1.onmessage = ({ data }) => resolve(data?.ok?.status)
    active?.postMessage({ v, id: 'soak', type: 'session.get' }, [port2])
    return promise
  }, PROTOCOL)
  try {
    const status = await within(ask, 'the worker answers', 3000)
    return typeof status === 'string' ? status : undefined
  } catch {
    return undefined
  }
}
