import { openKillPoints, withKillPoints } from '../../fault/support/kill-points.ts'
import { type Holdfast, startHoldfast } from '../../support/holdfast.ts'
import { createAccount } from '../../support/people.ts'
import { isRefresh } from '../../support/record.ts'
import type { Recorded } from '../../support/recorded.ts'
import { sessionIdOf } from './session-id.ts'
import { actedOn, type Site } from './site.ts'

const path = '/api/v1/user/profile'

/** Holdfast itself, with kill points in its worker. A call reads the profile or writes a name into it. */
export const startAppSite = async (accessTokenTtl: number): Promise<Site & { readonly holdfast: Holdfast }> => {
  const holdfast = await startHoldfast({ accessTokenTtl, mapWorkerSource: withKillPoints })
  openKillPoints(holdfast)
  const { recorder } = holdfast
  const isCall = (request: Recorded) => request.path === path && request.search.startsWith('?call=')
  return {
    name: 'app',
    url: holdfast.appUrl,
    holdfast,
    recorders: [recorder],
    refreshes: () => recorder.requests.filter(isRefresh),
    isCall,
    writesBy: 'PUT',
    request(id, write) {
      const url = `${path}?call=${id}`
      const headers = { 'content-type': 'application/json' }
      return { url, init: write ? { method: 'PUT', headers, body: JSON.stringify({ name: `Call ${id}` }) } : {} }
    },
    ...actedOn(recorder, isCall),
    refusal: () => new Response(null, { status: 401 }),
    async signIn(page) {
      await createAccount(page)
    },
    async isSameSession() {
      const tokens = recorder.issued.accessTokens
      const [first, ...others] = new Set(tokens.map(sessionIdOf))
      const session = first === undefined ? undefined : await holdfast.store.sessions.find(first)
      return others.length === 0 && session?.revokedAt === null
    },
    close: () => holdfast.stop(),
  }
}
