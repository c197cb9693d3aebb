import { ensureApp } from './lib/app.mjs'
import { ensureBrowsers } from './lib/browsers.mjs'
import { ensureExtension } from './lib/extension.mjs'
import { fail } from './lib/fail.mjs'
import { ensureInstalled } from './lib/install.mjs'
import { node24 } from './lib/node24.mjs'
import { run } from './lib/run.mjs'

await ensureInstalled()
if (!((await ensureApp()) && (await ensureExtension()))) fail('The app could not be built; see above.')
const env = await ensureBrowsers()
process.exitCode = await run(node24(), ['--disable-warning=ExperimentalWarning', 'test/support/take-screenshots.ts'], {
  env,
})
