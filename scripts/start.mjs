import { ensureApp } from './lib/app.mjs'
import { fail } from './lib/fail.mjs'
import { ensureInstalled } from './lib/install.mjs'
import { node24 } from './lib/node24.mjs'
import { start } from './lib/run.mjs'
import { ensureServer, serverArgs } from './lib/server.mjs'

await ensureInstalled()
if (!((await ensureApp()) && (await ensureServer()))) fail('The build failed; see above.')
const { code } = await start(node24(), serverArgs).ended
process.exitCode = code
