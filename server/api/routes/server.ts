import * as v from 'valibot'
import type { ClientConfig } from '../../client-config.ts'
import { publicJwk, type Secrets } from '../../secrets.ts'
import { version } from '../../version.ts'
import { forAnyone, type Route } from '../route.ts'

const reply = v.object({
  name: v.literal('Holdfast'),
  version: v.string(),
  issuer: v.pipe(v.string(), v.description('Of its identity provider (OpenID Connect Discovery).')),
  clients: v.pipe(
    v.object({ web: v.string(), extension: v.nullable(v.string()), desktop: v.nullable(v.string()) }),
    v.description('As what our clients are known there; null: not at all.'),
  ),
  scope: v.string(),
  resource: v.nullable(v.pipe(v.string(), v.description('To be sent as `resource` (RFC 8707).'))),
  identityKey: v.pipe(
    v.record(v.string(), v.string()),
    v.description("The server's own Ed25519 key, a JWK (RFC 8037)."),
  ),
  trustsNetwork: v.pipe(
    v.boolean(),
    v.description('Whether it serves whoever reaches it, without sign-in and without approval of devices.'),
  ),
  grades: v.array(v.string()),
  features: v.array(v.string()),
})

type About = ClientConfig & {
  readonly secrets: Secrets
  readonly features: readonly string[]
  readonly trustsNetwork: boolean
}

export const serverRoutes = ({ secrets, features, ...client }: About): readonly Route[] => [
  forAnyone({ method: 'GET', path: '/server', summary: 'What this server is and can do.', reply }, async () => ({
    name: 'Holdfast' as const,
    version,
    ...client,
    identityKey: publicJwk(secrets.identityKey),
    grades: ['sealed', 'isolated', 'memory'],
    features: [...features],
  })),
]
