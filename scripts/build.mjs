import { buildApp } from './lib/app.mjs'
import { buildExtension } from './lib/extension.mjs'
import { fail } from './lib/fail.mjs'
import { ensureInstalled } from './lib/install.mjs'
import { buildKit } from './lib/kit.mjs'
import { buildServer } from './lib/server.mjs'

await ensureInstalled()
if (!(await buildApp())) fail('The app could not be built; see above.')
console.log('dist/app  the app and its worker')
if (!(await buildServer())) fail('The server could not be built; see above.')
console.log('dist/server  the server, in few files')
if (!(await buildKit())) fail('The kit could not be built; see above.')
console.log('dist/kit  the custody kit: worker.js, client.js, seal.js, types')
if (!(await buildExtension())) fail('The extension could not be built; see above.')
