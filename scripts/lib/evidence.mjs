import { writeFileSync } from 'node:fs'
import { claims } from './claims.mjs'
import { at } from './root.mjs'

const intro = `# Evidence

This file is written by \`npm run attack\`, from a run in which nothing failed. Each line is a test: a script of the page's own
origin, with all the powers of a page, in a real browser against the real worker, server and provider. "held" means that
the attack was carried out, and that none of the secrets of the run was in what it had obtained. A line "without" a layer is
the same attack on a build or a server of the test that lacks this layer: it has to steal something, or the attack would prove
nothing. What is claimed, and what is not, is in [SECURITY.md](../SECURITY.md).
`

/** What was stolen, without counts: they differ from run to run. */
const outcomeOf = (line) => {
  if (line === undefined) return '–'
  return line.outcome === 'stole' ? `stole: ${Object.keys(line.obtained).sort().join(', ')}` : line.outcome
}

const cell = (text) => text.replaceAll('|', '\\|').replaceAll('\n', ' ')

const byText = (a, b) => (a < b ? -1 : Number(a > b))

/** One row for a test of both browsers. */
const rowsOf = (lines) => {
  const rows = new Map()
  for (const line of lines) {
    const what = line.without === undefined ? line.words : `**without ${line.without}:** ${line.words}`
    const key = [line.cases.join(', '), line.file, line.without === undefined ? '0' : '1', what].join('\0')
    rows.set(key, { ...rows.get(key), [line.browser ?? 'both']: line, what, line })
  }
  return [...rows].sort(([a], [b]) => byText(a, b)).map(([, row]) => row)
}

const tableOf = (lines) => [
  '| case | attack | Chromium | Firefox | test |',
  '|---|---|---|---|---|',
  ...rowsOf(lines).map(({ what, line, chromium, firefox }) => {
    const file = `[${line.file.replace('test/attack/', '')}](../${line.file})`
    return `| ${line.cases.join(', ')} | ${cell(what)} | ${outcomeOf(chromium)} | ${outcomeOf(firefox)} | ${file} |`
  }),
]

/** Writes docs/security-evidence.md from the lines of a whole run. */
export const writeEvidence = (lines) => {
  const sections = claims.map(({ title, cases }) => [
    `## ${title}`,
    '',
    ...tableOf(lines.filter((line) => line.cases.some((one) => cases.includes(one)))),
    '',
  ])
  writeFileSync(at('docs', 'security-evidence.md'), [intro, ...sections.flat()].join('\n'))
}
