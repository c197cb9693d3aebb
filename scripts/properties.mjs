import { ensureInstalled } from './lib/install.mjs'
import { tool } from './lib/tool.mjs'

// npm run properties             every property as often as HOLDFAST_RUNS says, and the model of the session
// npm run properties -- resource the files whose path contains a word
// HOLDFAST_SEED=7 …              with this seed for each of them
const runs = process.env.HOLDFAST_RUNS ?? '100000'
const words = process.argv.slice(2)
const files = words.length > 0 ? words : ['test/unit/property/', 'test/unit/model/']

await ensureInstalled()
// Each property prints its own line, with the seed it was tried with.
const args = ['run', '--project', 'unit', '--disable-console-intercept', '--reporter', 'minimal', ...files]
const began = performance.now()
const code = await tool('vitest', args, { env: { HOLDFAST_RUNS: runs } })
const seconds = ((performance.now() - began) / 1000).toFixed(0)
console.log(`${code === 0 ? 'Every property held' : 'A property did NOT hold'}, in ${seconds} s.`)
process.exitCode = code === 0 ? 0 : 1
