import * as oauth from 'oauth4webapi'

const cors = {
  'access-control-allow-origin': '*',
  'access-control-allow-headers': 'authorization, dpop, content-type',
  'access-control-allow-methods': 'GET, POST',
  'access-control-expose-headers': 'DPoP-Nonce, WWW-Authenticate',
  'access-control-max-age': '7200',
}

const insecure = { [oauth.allowInsecureRequests]: true }

/** An API on an origin of its own: it takes access tokens of one issuer, as bearer or with a DPoP proof. */
export const createApi = (options: { readonly issuer: string; readonly api: string }) => {
  let metadata: Promise<oauth.AuthorizationServer> | undefined
  const discover = async () => {
    const issuer = new URL(options.issuer)
    return oauth.processDiscoveryResponse(issuer, await oauth.discoveryRequest(issuer, insecure))
  }
  return async (request: Request): Promise<Response> => {
    if (request.method === 'OPTIONS') return new Response(null, { status: 204, headers: cors })
    try {
      metadata ??= discover()
      const claims = await oauth.validateJwtAccessToken(await metadata, request, options.api, insecure)
      const scheme = request.headers.get('authorization')?.split(' ')[0]
      return Response.json({ sub: claims.sub, scheme }, { headers: cors })
    } catch {
      const headers = { ...cors, 'www-authenticate': 'Bearer error="invalid_token"' }
      return Response.json({ error: 'invalid_token' }, { status: 401, headers })
    }
  }
}
