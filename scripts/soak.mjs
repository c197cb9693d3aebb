import { ensureApp } from './lib/app.mjs'
import { ensureBrowsers } from './lib/browsers.mjs'
import { fail } from './lib/fail.mjs'
import { ensureInstalled } from './lib/install.mjs'
import { ensureKit } from './lib/kit.mjs'
import { node24 } from './lib/node24.mjs'
import { run } from './lib/run.mjs'

// npm run soak               an hour of use, accelerated, in Chromium, and a shorter one in Firefox
// npm run soak -- chromium   in this browser alone
// HOLDFAST_SEED=7 …          with the same events again, as far as browsers allow
await ensureInstalled()
if (!((await ensureApp()) && (await ensureKit()))) fail('The app could not be built; see above.')
const env = await ensureBrowsers()
const args = ['--disable-warning=ExperimentalWarning', 'test/soak/hour.ts', ...process.argv.slice(2)]
process.exitCode = await run(node24(), args, { env })
