import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import * as v from 'valibot'

export type Variables = Readonly<Record<string, string | undefined>>

const fileName = 'holdfast.config.json'

const leaf = v.union([v.string(), v.number(), v.boolean(), v.array(v.string())])
const fileSchema = v.record(v.string(), v.unknown())

/** `accessTokenTtl` is HOLDFAST_ACCESS_TOKEN_TTL; `databaseUrl` is DATABASE_URL. */
const variableOf = (key: string): string => {
  const name = key.replace(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase()
  return name === 'DATABASE_URL' ? name : `HOLDFAST_${name}`
}

const flatten = (object: Record<string, unknown>, known: ReadonlySet<string>, path = ''): [string, string][] =>
  Object.entries(object).flatMap(([key, value]): [string, string][] => {
    const group = v.safeParse(fileSchema, value)
    if (group.success && !Array.isArray(value)) return flatten(group.output, known, `${path}${key}.`)
    const text = v.safeParse(leaf, value)
    const variable = variableOf(key)
    if (!known.has(variable)) throw new Error(`  ${path}${key} in ${fileName} is no setting`)
    if (!text.success) throw new Error(`  ${path}${key} in ${fileName} must be text, a number, true or false`)
    return [[variable, [text.output].flat().join(',')]]
  })

/** The settings of a configuration file as variables. Groups are for order alone. Throws an Error that says what is wrong. */
export const parseConfigFile = (text: string, known: ReadonlySet<string>): Variables => {
  let json: unknown
  try {
    json = JSON.parse(text)
  } catch {
    throw new Error(`  ${fileName} cannot be read as JSON`)
  }
  const parsed = v.safeParse(fileSchema, json)
  if (!parsed.success || Array.isArray(json)) throw new Error(`  ${fileName} must hold one object`)
  return Object.fromEntries(flatten(parsed.output, known))
}

/** The text of the configuration file, or undefined where there is none. Throws where one is named that is not there. */
export const findConfigFile = (named: string | undefined): string | undefined => {
  try {
    return readFileSync(resolve(named ?? fileName), 'utf8')
  } catch {
    if (named === undefined) return undefined
    throw new Error('The configuration cannot be used:\n  HOLDFAST_CONFIG names a file that cannot be read')
  }
}
