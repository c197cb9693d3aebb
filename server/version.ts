import { readFileSync } from 'node:fs'
import * as v from 'valibot'

const packageSchema = v.object({ version: v.string() })
const file = new URL('../package.json', import.meta.url)

/** The version of Holdfast, from its package. */
export const { version } = v.parse(packageSchema, JSON.parse(readFileSync(file, 'utf8')))
