import type { KoaContextWithOIDC, Provider } from 'oidc-provider'
import { describeDevice } from '../../src/base/device-name.ts'
import type { Store } from '../store/store.ts'
import type { Alerts } from './alerts.ts'
import { isOurs } from './clients.ts'

type Context = KoaContextWithOIDC

/** Requests that no route of the provider took have no `oidc`. */
const isOidc = (ctx: object): ctx is Context => 'oidc' in ctx && ctx.oidc !== undefined

const bodyError = (ctx: Context): string | undefined => {
  const body: unknown = ctx.body
  const error = typeof body === 'object' && body !== null && 'error' in body ? body.error : undefined
  return typeof error === 'string' ? error : undefined
}

const grantIdOf = (value: unknown): string | undefined =>
  typeof value === 'object' && value !== null && 'grantId' in value && typeof value.grantId === 'string'
    ? value.grantId
    : undefined

/**
 * Keeps the sessions in step with the token families: one sign-in, one grant, one family, one session, all under the id of
 * the grant. What changes is stored before the answer goes out.
 */
export const followFamilies = (provider: Provider, store: Store, alerts: Alerts): void => {
  const revoked = new WeakMap<object, string[]>()
  provider.on('grant.revoked', (ctx, grantId) => {
    revoked.set(ctx, [...(revoked.get(ctx) ?? []), grantId])
  })

  const begin = async (ctx: Context): Promise<void> => {
    const { AuthorizationCode: code, Client: client, Account: account } = ctx.oidc.entities
    if (code?.grantId === undefined || client === undefined || account === undefined) return
    // The grant that someone else's client was given lasts over many sign-ins, and opens nothing here.
    if (!isOurs(client.clientId)) return
    const userAgent = ctx.get('user-agent')
    const device = describeDevice(userAgent)
    await store.sessions.create({
      id: code.grantId,
      accountId: account.accountId,
      clientId: client.clientId,
      providerSession: code.sessionUid,
      platform: device.platform,
      deviceName: device.name,
      userAgent,
      address: ctx.ip,
      authTime: code.authTime === undefined ? undefined : code.authTime * 1000,
    })
    await alerts(account.accountId, code.grantId, ctx.get('accept-language'))
    // The same code came twice at once, and the other request took the grant back before there was a session to end.
    const grant = await store.oidcRecords.find('Grant', code.grantId)
    if (grant === undefined) await store.sessions.revokeFamily(code.grantId, 'code.reused')
  }

  /** A refresh token that is still good, refused: used too late, or with another key or none. Only a thief does that. */
  const refused = async (ctx: Context): Promise<void> => {
    const token = ctx.oidc.params?.refresh_token
    if (typeof token !== 'string') return
    const record = await store.oidcRecords.find('RefreshToken', token)
    if (record === undefined || record.grantId === null || record.isExpired) return
    await store.sessions.revokeFamily(record.grantId, 'refresh.reused')
  }

  const use = async (ctx: Context): Promise<void> => {
    const id = grantIdOf(ctx.oidc.entities.RefreshToken)
    const session = id === undefined ? undefined : await store.sessions.find(id)
    if (session !== undefined) await store.sessions.touch(session, ctx.ip)
  }

  provider.use(async (ctx, next) => {
    await next()
    if (!isOidc(ctx)) return
    const { route } = ctx.oidc
    if (route === 'token') {
      const grantType = ctx.oidc.params?.grant_type
      if (ctx.status === 200 && grantType === 'authorization_code') await begin(ctx)
      if (ctx.status === 200 && grantType === 'refresh_token') await use(ctx)
      if (grantType === 'refresh_token' && bodyError(ctx) === 'invalid_grant') await refused(ctx)
      const misuse = grantType === 'refresh_token' ? 'refresh.reused' : 'code.reused'
      for (const id of revoked.get(ctx) ?? []) await store.sessions.revokeFamily(id, misuse)
    }
    if (route === 'revocation') {
      const ended = grantIdOf(ctx.oidc.entities.RefreshToken)
      if (ended !== undefined) await store.sessions.signOut(ended)
    }
  })
}
