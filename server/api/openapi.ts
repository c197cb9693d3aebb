import { toJsonSchema } from '@valibot/to-json-schema'
import * as v from 'valibot'
import { version } from '../version.ts'
import { type ApiErrorCode, apiErrors } from './errors.ts'
import { errorsOf, file, type Route } from './route.ts'
import { time } from './shapes.ts'

const errorShape = v.object({
  error: v.object({
    code: v.pipe(v.string(), v.description('Stable. Clients go by this and never by the message.')),
    message: v.string(),
    details: v.optional(v.unknown()),
  }),
  timestamp: time,
  requestId: v.pipe(v.string(), v.uuid()),
})

/** JSON Schema 2020-12, which OpenAPI 3.1 is made of. */
export type JsonSchema = Readonly<Record<string, unknown>>

const jsonSchema = (schema: v.GenericSchema, typeMode: 'input' | 'output'): JsonSchema => {
  const { $schema: _dialect, ...rest } = toJsonSchema(schema, {
    target: 'draft-2020-12',
    typeMode,
    errorMode: 'ignore',
  })
  return rest
}

type Content = Readonly<Record<string, { readonly schema: JsonSchema }>>

const bytes: Content = { 'application/octet-stream': { schema: {} } }

const json = (schema: JsonSchema): Content => ({ 'application/json': { schema } })

const headers = {
  'API-Version': { description: 'The version that answered.', schema: { const: 'v1' } },
  'X-Request-Id': { description: 'Names this request in the log.', schema: { type: 'string' } },
}

/** Answers of one status share one entry, with every code that it may carry. */
const failures = (codes: readonly ApiErrorCode[]) => {
  const statuses = [...new Set(codes.map((code) => apiErrors[code][0]))].sort()
  return statuses.map((status) => {
    const own = codes.filter((code) => apiErrors[code][0] === status)
    const description = own.map((code) => `\`${code}\`: ${apiErrors[code][1]}`).join(' ')
    return [String(status), { description, headers, content: json({ $ref: '#/components/schemas/Error' }) }] as const
  })
}

const security = {
  required: [{ dpop: [] }],
  optional: [{}, { dpop: [] }],
  none: [],
}

/** `GET /user/profile` is `getUserProfile`. */
const operationId = ({ method, path }: Route): string => {
  const words = path.split(/[^a-z]+/i).filter((word) => word !== '')
  return method.toLowerCase() + words.map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join('')
}

const apiVersion = { name: 'API-Version', in: 'header', required: false, schema: { const: 'v1' } }

type Answer = { readonly description: string; readonly headers: typeof headers; readonly content: Content }

export type Operation = {
  readonly operationId: string
  readonly summary: string
  readonly tags: readonly string[]
  readonly security: readonly { readonly dpop?: readonly string[] }[]
  readonly parameters: readonly {
    readonly name: string
    readonly in: string
    readonly required: boolean
    readonly schema: JsonSchema
  }[]
  readonly requestBody?: { readonly content: Content }
  readonly responses: Readonly<Record<string, Answer>>
}

const contentOf = ({ reply, hasEvents }: Route): Content => {
  if (reply === file) return bytes
  const events = hasEvents === true ? { 'text/event-stream': { schema: { type: 'string' } } } : {}
  return { ...json(jsonSchema(reply, 'output')), ...events }
}

const propertiesSchema = v.object({ properties: v.record(v.string(), v.record(v.string(), v.unknown())) })

const operation = (route: Route): Operation => {
  const { path, summary, auth, query, body, status = 200 } = route
  const names = [...path.matchAll(/:(\w+)/g)].map(([, name = '']) => name)
  const parameters = names.map((name) => ({ name, in: 'path', required: true, schema: { type: 'string' } }))
  const known = query === undefined ? {} : v.parse(propertiesSchema, jsonSchema(query, 'input')).properties
  const asked = Object.entries(known).map(([name, schema]) => ({ name, in: 'query', required: false, schema }))
  const sent = body === undefined ? undefined : json(jsonSchema(body, 'input'))
  const content = route.hasBytes === undefined ? sent : bytes
  const requestBody = content === undefined ? {} : { requestBody: { content } }
  return {
    operationId: operationId(route),
    summary,
    tags: [path.split('/')[1] ?? ''],
    security: security[auth],
    parameters: [...parameters, ...asked, apiVersion],
    ...requestBody,
    responses: {
      [status]: { description: 'Done.', headers, content: contentOf(route) },
      ...Object.fromEntries(failures(errorsOf(route))),
    },
  }
}

export type OpenApi = ReturnType<typeof createOpenApi>

const dpop = {
  type: 'http',
  scheme: 'DPoP',
  bearerFormat: 'JWT',
  description:
    'An access token of this server (RFC 9068) with `Authorization: DPoP <token>`, and a proof of its key in `DPoP` ' +
    '(RFC 9449). Tokens that are bound to no key go with `Bearer`.',
}

/** The OpenAPI 3.1 document of these routes. */
export const createOpenApi = (routes: readonly Route[]) => {
  const paths: Record<string, Record<string, Operation>> = {}
  for (const route of routes) {
    const path = route.path.replaceAll(/:(\w+)/g, '{$1}')
    paths[path] = { ...paths[path], [route.method.toLowerCase()]: operation(route) }
  }
  return {
    openapi: '3.1.1',
    info: {
      title: 'Holdfast',
      version,
      description: 'The API of a Holdfast server. Sync and its records are described in docs/sync.md.',
      license: { name: 'MIT', identifier: 'MIT' },
    },
    servers: [{ url: '/api/v1' }],
    paths,
    components: {
      schemas: { Error: jsonSchema(errorShape, 'output') },
      securitySchemes: { dpop },
    },
  }
}
