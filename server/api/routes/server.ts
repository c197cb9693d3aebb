import * as v from 'valibot'
import { publicJwk, type Secrets } from '../../secrets.ts'
import { version } from '../../version.ts'
import { forAnyone, type Route } from '../route.ts'

const reply = v.object({
  name: v.literal('Holdfast'),
  version: v.string(),
  issuer: v.pipe(v.string(), v.description('Of its identity provider (OpenID Connect Discovery).')),
  identityKey: v.pipe(
    v.record(v.string(), v.string()),
    v.description("The server's own Ed25519 key, a JWK (RFC 8037)."),
  ),
  grades: v.array(v.string()),
  features: v.array(v.string()),
})

export const serverRoutes = (secrets: Secrets, issuer: string, features: readonly string[]): readonly Route[] => [
  forAnyone({ method: 'GET', path: '/server', summary: 'What this server is and can do.', reply }, async () => ({
    name: 'Holdfast' as const,
    version,
    issuer,
    identityKey: publicJwk(secrets.identityKey),
    grades: ['sealed', 'isolated', 'memory'],
    features: [...features],
  })),
]
