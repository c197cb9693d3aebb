import type { KoaContextWithOIDC, Provider } from 'oidc-provider'
import { isUnavailable, retryAfter } from '../store/unavailable.ts'

const told = { error: 'temporarily_unavailable', error_description: 'the server cannot reach its data, try again soon' }

type Context = Pick<KoaContextWithOIDC, 'get'>

/**
 * Answers 503 with Retry-After while the database is away or full, where the provider would say 500: a client keeps its tokens
 * then, and comes back; a person is told by `page`. To be put before every other middleware.
 */
export const answerUnavailable = (provider: Provider, page: (ctx: Context) => string): void => {
  const away = new WeakSet<object>()
  provider.on('server_error', (ctx, error) => {
    if (isUnavailable(error)) away.add(ctx)
  })
  provider.use(async (ctx, next) => {
    try {
      await next()
      if (!away.has(ctx) || ctx.status < 500) return
      if (!ctx.response.is('html')) ctx.body = told
    } catch (error) {
      if (!isUnavailable(error)) throw error
      ctx.remove('location')
      const isPage = ctx.accepts(['json', 'html']) === 'html'
      if (isPage) ctx.type = 'html'
      ctx.body = isPage ? page(ctx) : told
    }
    ctx.status = 503
    ctx.set('retry-after', String(retryAfter))
  })
}
