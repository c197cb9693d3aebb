import { rmSync } from 'node:fs'
import { ensureApp } from './lib/app.mjs'
import { ensureBrowsers } from './lib/browsers.mjs'
import { countsOf, failuresOf, formatCounts, sumOf } from './lib/counts.mjs'
import { ensureExtension } from './lib/extension.mjs'
import { fail } from './lib/fail.mjs'
import { ensureInstalled } from './lib/install.mjs'
import { ensureKit } from './lib/kit.mjs'
import { lint } from './lib/lint.mjs'
import { ensureProxies } from './lib/proxies.mjs'
import { at } from './lib/root.mjs'
import { ensureServer } from './lib/server.mjs'
import { tool } from './lib/tool.mjs'
import { checkTypes } from './lib/types.mjs'

// npm test                      every stage
// npm test -- unit browser      these stages
// npm test -- unit envelope     the files of a stage whose path contains a word, in every browser
const words = process.argv.slice(2)
const counts = []
const failures = []

const build = async () =>
  (await ensureApp()) && (await ensureServer()) && (await ensureKit()) && (await ensureExtension())

const vitest =
  (project, env = {}) =>
  async () => {
    const report = at('build', `test-${project}.json`)
    rmSync(report, { force: true })
    const filter = filters.length > 0 ? ['--passWithNoTests', ...filters] : []
    const code = await tool('vitest', ['run', '--project', project, ...filter], {
      env: { HOLDFAST_TEST_REPORT: report, ...env },
    })
    counts.push(countsOf(report))
    failures.push(...failuresOf(report))
    return code === 0
  }

// In twelve minutes on two cores Firefox runs what depends on the browser, and Chromium all of it.
const browser = () => {
  if (filters.length > 0) return vitest('browser')()
  console.log(
    'Tests whose way is the same in all browsers run in Chromium here, attacks with their defences in place, and of the lies',
  )
  console.log('of a provider every fourth. In Firefox, too, with each defence taken away, and with every lie:')
  console.log('`npm test -- browser test/`, or a part of that path, `npm run attack`, `npm run faults`.')
  return vitest('browser', { HOLDFAST_SHORT: '1' })()
}

const stages = {
  lint,
  types: () => checkTypes(),
  build,
  unit: vitest('unit'),
  postgres: vitest('postgres'),
  browser,
}
const names = Object.keys(stages)
const named = words.filter((word) => names.includes(word))
const filters = words.filter((word) => !names.includes(word))
if (filters.length > 0 && named.length === 0) fail(`Name a stage first: ${names.join(', ')}.`)

const tests = ['unit', 'postgres', 'browser']

/** The stages asked for, and the build where tests need it. */
const isWanted = (name) => named.includes(name) || (name === 'build' && named.some((one) => tests.includes(one)))
const chosen = named.length === 0 ? names : names.filter(isWanted)

/** Runs one stage under a header with its name, and answers whether it passed. */
const runStage = async (name) => {
  console.log(`\n── ${name} ${'─'.repeat(60 - name.length)}`)
  const began = performance.now()
  const passed = await stages[name]()
  const seconds = ((performance.now() - began) / 1000).toFixed(1)
  console.log(`── ${name} ${passed ? 'passed' : 'FAILED'} in ${seconds} s`)
  return passed
}

await ensureInstalled()
if (chosen.includes('postgres')) Object.assign(process.env, await ensureProxies())
if (chosen.includes('browser')) Object.assign(process.env, await ensureBrowsers())
const failed = []
for (const name of chosen) {
  if (tests.includes(name) && failed.includes('build')) failed.push(name)
  else if (!(await runStage(name))) failed.push(name)
}
console.log(failed.length === 0 ? '\nEvery stage passed.' : `\nFailed: ${failed.join(', ')}.`)
for (const failure of failures) console.log(`  ${failure}`)
console.log(formatCounts(sumOf(counts)))
process.exitCode = failed.length === 0 ? 0 : 1
