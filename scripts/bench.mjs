import { existsSync, readdirSync } from 'node:fs'
import { ensureApp } from './lib/app.mjs'
import { ensureBrowsers } from './lib/browsers.mjs'
import { ensureExtension } from './lib/extension.mjs'
import { fail } from './lib/fail.mjs'
import { ensureInstalled } from './lib/install.mjs'
import { node24 } from './lib/node24.mjs'
import { at } from './lib/root.mjs'
import { run } from './lib/run.mjs'
import { ensureServer } from './lib/server.mjs'

// npm run bench              every benchmark
// npm run bench -- popup     this one
const helpers = ['figures']
const known = readdirSync(at('bench'))
  .filter((name) => name.endsWith('.ts'))
  .map((name) => name.slice(0, -3))
  .filter((name) => !helpers.includes(name))
const asked = process.argv.slice(2)
const names = asked.length === 0 ? known : asked
for (const name of names)
  if (!existsSync(at('bench', `${name}.ts`))) fail(`There is no such benchmark; there is: ${known.join(', ')}.`)

await ensureInstalled()
if (!((await ensureApp()) && (await ensureServer()) && (await ensureExtension()))) fail('The build failed; see above.')
const env = await ensureBrowsers()
for (const name of names) {
  console.log(`── ${name}`)
  const code = await run(node24(), ['--disable-warning=ExperimentalWarning', at('bench', `${name}.ts`)], { env })
  if (code !== 0) process.exitCode = code
}
