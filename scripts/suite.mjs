import { readdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { ensureApp } from './lib/app.mjs'
import { ensureBrowsers } from './lib/browsers.mjs'
import { formatObtained, formatSummary, summaryOf } from './lib/cases.mjs'
import { writeEvidence } from './lib/evidence.mjs'
import { ensureExtension } from './lib/extension.mjs'
import { fail } from './lib/fail.mjs'
import { ensureInstalled } from './lib/install.mjs'
import { ensureKit } from './lib/kit.mjs'
import { layers } from './lib/layers.mjs'
import { at } from './lib/root.mjs'
import { ensureServer } from './lib/server.mjs'
import { tool } from './lib/tool.mjs'

// npm run faults                        all of it, one line per case
// npm run attack -- storage planted     the files whose path contains a word
// npm run attack -- --without=seal      what the attacks steal where a layer is taken away
// npm run attack -- --without           the layers
const suites = { attack: ['test/attack'], faults: ['test/fault', 'test/conformance'] }

const [suite, ...words] = process.argv.slice(2)
const folders = suites[suite] ?? fail(`Name a suite: ${Object.keys(suites).join(', ')}.`)
const filters = words.filter((word) => !word.startsWith('-'))
const option = words.find((word) => word.startsWith('--without'))
const unknown = words.filter((word) => word.startsWith('-') && word !== option)
if (unknown.length > 0) fail(`There is no option ${unknown.join(' ')}; there is --without=<layer>.`)

const listLayers = () =>
  Object.entries(layers)
    .map(([name, text]) => `  ${name.padEnd(12)}${text}`)
    .join('\n')

/** The layers to take away, or undefined where all stay. */
const readWithout = () => {
  if (option === undefined) return undefined
  const names = option.slice('--without='.length).split(/[,|]/).filter(Boolean)
  const others = names.filter((name) => !Object.hasOwn(layers, name))
  if (others.length > 0) fail(`There is no layer ${others.join(', ')}. The layers:\n${listLayers()}`)
  if (names.length === 0) {
    console.log(`Run the attacks with one layer taken away: --without=<layer>. The layers:\n${listLayers()}`)
    process.exit(0)
  }
  return names
}

const filesIn = (folder) => {
  try {
    return readdirSync(at(folder), { recursive: true })
      .map((name) => join(folder, name).replaceAll('\\', '/'))
      .filter((name) => name.endsWith('.test.ts'))
      .sort()
  } catch (error) {
    if (error.code === 'ENOENT') return []
    throw error
  }
}

const without = readWithout()
const hasCompanion = (file) => {
  const text = readFileSync(at(file), 'utf8')
  return without?.some((name) => text.includes(` without ${name}: `)) ?? true
}
const files = folders
  .flatMap(filesIn)
  .filter((file) => filters.length === 0 || filters.some((word) => file.includes(word)))
  .filter(hasCompanion)
if (files.length === 0) fail('There is no such test.')

const pattern = without === undefined ? '' : `\\bwithout (${without.join('|')}): `
const named = pattern === '' ? [] : ['-t', pattern]
const report = at('build', `suite-${suite}.json`)
const reporter = at('scripts', 'lib', 'case-reporter.mjs')

await ensureInstalled()
const isBuilt = (await ensureApp()) && (await ensureServer()) && (await ensureKit()) && (await ensureExtension())
if (!isBuilt) fail('The build failed.')
const env = {
  ...(await ensureBrowsers()),
  HOLDFAST_WHOLE: '1',
  HOLDFAST_SUITE_REPORT: report,
  HOLDFAST_SUITE_PATTERN: pattern,
}
rmSync(report, { force: true })
const code = await tool('vitest', ['run', '--project', 'browser', '--reporter', reporter, ...named, ...files], { env })

const readLines = () => {
  try {
    return JSON.parse(readFileSync(report, 'utf8'))
  } catch {
    return fail('The tests ended without a report.')
  }
}
const lines = readLines()
const summary = summaryOf(lines)
console.log('')
for (const name of without ?? []) {
  const of = lines.filter((line) => line.without === name && line.outcome === 'stole')
  const sum = {}
  for (const [kind, count] of of.flatMap(({ obtained }) => Object.entries(obtained)))
    sum[kind] = (sum[kind] ?? 0) + count
  console.log(`without ${name}: ${of.length} attacks stole ${formatObtained(sum)}`)
}
console.log(formatSummary(suite, summary))
const isGood = code === 0 && summary.isGood
// The evidence is of all the attacks, and of no run in which one of them failed.
if (suite === 'attack' && isGood && filters.length === 0 && without === undefined) writeEvidence(lines)
process.exitCode = isGood ? 0 : 1
