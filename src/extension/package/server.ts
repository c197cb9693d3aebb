import * as v from 'valibot'
import type { Server } from './differences.ts'

/** The line that the build writes before the background's script and into config.js. */
const SERVER = '__holdfast_server'

const origin = v.pipe(
  v.string(),
  v.check((text) => URL.canParse(text) && new URL(text).origin === text),
)
const schema = v.object({
  appUrl: origin,
  idUrl: v.pipe(v.string(), v.url()),
  external: v.optional(
    v.object({
      clientId: v.string(),
      scope: v.string(),
      resource: v.nullable(v.string()),
      origins: v.array(origin),
    }),
  ),
})

/** The line itself. */
export const serverLine = (server: Server): string => `self.${SERVER}=${JSON.stringify(server)};\n`

/** The servers of this build. Throws where the build did not say. */
export const readServer = (): Server => v.parse(schema, Reflect.get(globalThis, SERVER))
