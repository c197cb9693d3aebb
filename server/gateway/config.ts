import * as v from 'valibot'
import type { Variables } from '../config-file.ts'
import { issuer as address } from '../config-values.ts'

const protocols = ['openai', 'gemini'] as const

/** The model that reads documents for people, at the operator's cost. */
export type GatewayConfig = {
  readonly protocol: (typeof protocols)[number]
  /** The address of its API, without an end slash, such as `https://api.openai.com/v1`. */
  readonly base: string
  readonly model: string
  /** Undefined: it needs none. */
  readonly key: string | undefined
}

const plain = v.pipe(v.string(), v.regex(/^[\x21-\x7e]{1,4000}$/, 'must be text without spaces'))

/** Settings, as the environment has them. */
export const gatewayEntries = {
  HOLDFAST_EXTRACT_URL: v.optional(
    v.pipe(address, v.regex(/^[^?#]*[^/?#]$/, 'must be an address without query and end slash')),
  ),
  HOLDFAST_EXTRACT_PROTOCOL: v.optional(v.picklist(protocols, 'must be openai or gemini'), 'openai'),
  HOLDFAST_EXTRACT_MODEL: v.optional(v.pipe(v.string(), v.regex(/^[\w./:-]{1,200}$/, 'must be the name of a model'))),
  HOLDFAST_EXTRACT_KEY: v.optional(plain),
}

const settings = v.object(gatewayEntries)

/** What is wrong with the settings together, each as a line. */
export const gatewayFaults = (given: Variables): readonly string[] => {
  const isSet = given.HOLDFAST_EXTRACT_URL !== undefined
  if (isSet && given.HOLDFAST_EXTRACT_MODEL === undefined) {
    return ['  HOLDFAST_EXTRACT_URL needs HOLDFAST_EXTRACT_MODEL']
  }
  const idle = Object.keys(gatewayEntries).filter((name) => !isSet && given[name] !== undefined)
  return idle.map((name) => `  ${name} is of no use without HOLDFAST_EXTRACT_URL`)
}

/** The gateway of settings without a fault; undefined: there is none. */
export const readGateway = (given: v.InferOutput<typeof settings>): GatewayConfig | undefined => {
  const { HOLDFAST_EXTRACT_URL: base, HOLDFAST_EXTRACT_MODEL: model } = given
  if (base === undefined || model === undefined) return undefined
  return { protocol: given.HOLDFAST_EXTRACT_PROTOCOL, base, model, key: given.HOLDFAST_EXTRACT_KEY }
}
