const fixed = new Set([
  '/healthz',
  '/account',
  '/upstream/callback',
  '/auth',
  '/token',
  '/token/revocation',
  '/request',
  '/jwks',
  '/me',
  '/session/end',
  '/session/end/confirm',
  '/session/end/success',
  '/.well-known/openid-configuration',
  '/.well-known/oauth-authorization-server',
])

/** A path of the identity origin as the log may name it: without the ids in it, and `*` for what is not one of ours. */
export const routePattern = (path: string): string => {
  if (fixed.has(path)) return path
  if (/^\/account\/[a-z-]+$/.test(path)) return path
  if (path.startsWith('/assets/')) return '/assets/*'
  if (/^\/auth\/[^/]+$/.test(path)) return '/auth/:uid'
  const [, step = ''] =
    /^\/interaction\/[^/]+(\/(?:sign-in|code|upstream|arrived|use-passkey|passkey|create-account|cancel|consent))?$/.exec(
      path,
    ) ?? [undefined, undefined]
  return /^\/interaction\/[^/]+(\/|$)/.test(path) ? `/interaction/:uid${step}` : '*'
}
