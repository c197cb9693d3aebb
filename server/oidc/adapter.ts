import Provider, { type Adapter, type AdapterPayload, errors } from 'oidc-provider'
import type { OidcRecord } from '../store/oidc-records.ts'
import type { Store } from '../store/store.ts'
import type { PendingWrites } from './pending-writes.ts'

/** An interaction notes the cookie of the session that it began in, and never reads it again. */
const withoutCookie = ({ session, ...rest }: AdapterPayload): AdapterPayload => {
  if (session === undefined) return rest
  const { cookie: _cookie, ...kept } = session
  return { ...rest, session: kept }
}

/** Our store in the form that oidc-provider asks for. `grace`: milliseconds. */
export const createAdapterFactory =
  (store: Store, pending: PendingWrites, grace: number) =>
  (model: string): Adapter => {
    const records = store.oidcRecords

    /**
     * A refresh token that was used a moment ago counts as unused: its reply was lost, or the browser sent the request
     * twice. The provider then checks the DPoP key and rotates again, so the caller gets a valid successor.
     */
    const isConsumed = ({ consumedAt }: OidcRecord): boolean =>
      consumedAt !== null && !(model === 'RefreshToken' && Date.now() - consumedAt <= grace)

    const toPayload = (record: OidcRecord, id: string | undefined): AdapterPayload => ({
      ...record.payload,
      ...(id === undefined ? {} : { jti: id }),
      ...(isConsumed(record) ? { consumed: Math.floor((record.consumedAt ?? 0) / 1000) } : {}),
    })

    /** The refresh tokens that are to be used as soon as their successors are there, by the request that brought them. */
    const replaced = new WeakMap<object, string>()

    const write = async (run: () => Promise<unknown>): Promise<void> => {
      const request = Provider.ctx
      await (request === undefined ? run() : pending.add(request, model, run))
    }

    /** Of two requests that bring one code at the same instant, to whichever nodes, one is late. */
    const consume = async (id: string): Promise<void> => {
      const request = Provider.ctx
      if (model === 'RefreshToken' && request !== undefined) return void replaced.set(request, id)
      if (model !== 'AuthorizationCode') return write(() => records.consume(model, id))
      if (await records.consume(model, id)) return
      const grantId = (await records.find(model, id))?.grantId ?? undefined
      if (grantId !== undefined) await store.sessions.revokeFamily(grantId, 'code.reused')
      throw new errors.InvalidGrant('authorization code already consumed')
    }

    return {
      async upsert(id, payload, expiresIn) {
        const { jti: _id, ...rest } = payload
        const record = { model, id, payload: withoutCookie(rest), ttl: expiresIn }
        const request = Provider.ctx
        const before = request === undefined ? undefined : replaced.get(request)
        if (before !== undefined) return records.succeed(before, record)
        await (request === undefined ? records.put(record) : pending.add(request, model, record))
      },
      async find(id) {
        await pending.settle(Provider.ctx, model)
        const record = await records.find(model, id)
        return record === undefined ? undefined : toPayload(record, id)
      },
      async findByUid(uid) {
        await pending.settle(Provider.ctx, model)
        const record = await records.findByUid(model, uid)
        return record === undefined ? undefined : toPayload(record, undefined)
      },
      // No client here may use the device grant, which alone has user codes.
      findByUserCode: async () => undefined,
      consume,
      destroy: (id) => write(() => records.remove(model, id)),
      async revokeByGrantId(grantId) {
        // What this request has given under the grant goes with the rest.
        if (Provider.ctx !== undefined) await pending.flush(Provider.ctx)
        await records.removeByGrant(model, grantId)
      },
    }
  }
