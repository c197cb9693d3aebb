import * as v from 'valibot'
import type { Variables } from './config-file.ts'
import { issuer, listOf, origin } from './config-values.ts'

/** Someone else's OpenID provider, which clients sign in at and whose access tokens the API takes. */
export type ExternalProvider = {
  /** Exactly as its discovery document says it (OIDC Discovery §3). */
  readonly issuer: string
  /** Our clients, as it knows them; undefined: that kind of client is not used with it. */
  readonly clients: {
    readonly web: string
    readonly extension: string | undefined
    readonly desktop: string | undefined
  }
  /** What the `aud` of its access tokens has to name. */
  readonly audience: string
  readonly scope: string
  readonly responseMode: 'form_post' | 'query'
  /** Sent as `resource` (RFC 8707); undefined: it is not sent. */
  readonly resource: string | undefined
  readonly prompt: 'consent' | 'login' | 'select_account' | undefined
  /** Where its endpoints are, besides the origin of the issuer. */
  readonly origins: readonly string[]
}

const text = v.pipe(v.string(), v.nonEmpty())

/** Settings, as the environment has them. */
export const externalEntries = {
  HOLDFAST_ISSUER: v.optional(issuer),
  HOLDFAST_CLIENT_ID_WEB: v.optional(text),
  HOLDFAST_CLIENT_ID_EXTENSION: v.optional(text),
  HOLDFAST_CLIENT_ID_DESKTOP: v.optional(text),
  HOLDFAST_AUDIENCE: v.optional(text),
  HOLDFAST_SCOPE: v.optional(
    v.pipe(v.string(), v.regex(/(^| )openid( |$)/, 'must have openid among its words')),
    'openid profile email offline_access',
  ),
  HOLDFAST_RESPONSE_MODE: v.optional(v.picklist(['form_post', 'query'], 'must be form_post or query'), 'query'),
  HOLDFAST_RESOURCE: v.optional(v.pipe(v.string(), v.url('must be an address'))),
  HOLDFAST_PROMPT: v.optional(
    v.picklist(['consent', 'login', 'select_account'], 'must be consent, login or select_account'),
  ),
  HOLDFAST_ISSUER_ORIGINS: v.optional(
    listOf((text) => v.is(origin, text), 'must be https origins such as https://tokens.example.com'),
  ),
}

const settings = v.object(externalEntries)

/** Settings that say nothing without HOLDFAST_ISSUER. */
const dependent = Object.keys(externalEntries).filter((name) => name !== 'HOLDFAST_ISSUER')

/** What is wrong with the settings together, each as a line. */
export const externalFaults = (given: Variables): readonly string[] => {
  if (given.HOLDFAST_ISSUER === undefined) {
    const idle = dependent.filter((name) => given[name] !== undefined)
    return idle.map((name) => `  ${name} is of no use without HOLDFAST_ISSUER`)
  }
  const clients = dependent.filter((name) => name.startsWith('HOLDFAST_CLIENT_ID_'))
  return [
    ...(given.HOLDFAST_CLIENT_ID_WEB === undefined ? ['  HOLDFAST_ISSUER needs HOLDFAST_CLIENT_ID_WEB'] : []),
    // The audience of an ID token is the client: if the API had that name, it would take ID tokens for access tokens.
    ...clients
      .filter((name) => given.HOLDFAST_AUDIENCE !== undefined && given[name] === given.HOLDFAST_AUDIENCE)
      .map((name) => `  HOLDFAST_AUDIENCE and ${name} must differ`),
    ...(given.HOLDFAST_GOOGLE_CLIENT_ID === undefined
      ? []
      : ['  HOLDFAST_ISSUER and HOLDFAST_GOOGLE_CLIENT_ID exclude each other']),
  ]
}

/** The provider of settings without a fault. `audience`: of our API, where they do not say. */
export const readExternal = (given: v.InferOutput<typeof settings>, audience: string): ExternalProvider | undefined => {
  const { HOLDFAST_ISSUER: issuer, HOLDFAST_CLIENT_ID_WEB: web } = given
  if (issuer === undefined || web === undefined) return undefined
  return {
    issuer,
    clients: { web, extension: given.HOLDFAST_CLIENT_ID_EXTENSION, desktop: given.HOLDFAST_CLIENT_ID_DESKTOP },
    audience: given.HOLDFAST_AUDIENCE ?? audience,
    scope: given.HOLDFAST_SCOPE,
    responseMode: given.HOLDFAST_RESPONSE_MODE,
    resource: given.HOLDFAST_RESOURCE,
    prompt: given.HOLDFAST_PROMPT,
    origins: given.HOLDFAST_ISSUER_ORIGINS ?? [],
  }
}
