/**
 * The title of a test, read: `case 38: …`, `cases 51 and 52: …`, and with a layer taken away `case 38 without seal: …`.
 * Without a number the case is its own name, as in the conformance suite.
 */
const title = /^cases? ([\w, ]+?)(?: without ([\w-]+))?: (.*)$/s

export const readTitle = (name) => {
  const [, numbers, without, words] = title.exec(name) ?? [undefined, undefined, undefined, name]
  return { cases: numbers?.split(/, | and /) ?? [], without, words }
}

const browserOf = (fullName) => /\bin (chromium|firefox)\b/.exec(fullName)?.[1]

const outcomeOf = (state, without) => {
  if (state !== 'passed') return state
  return without === undefined ? 'held' : 'stole'
}

/** The same attack where sync is on as well is another line. */
const placeOf = (fullName) => (/ where sync is on\b/.test(fullName) ? ', where sync is on' : '')

/** One test that has ended, as a line tells of it. `test`: vitest's TestCase. */
export const lineOf = (test) => {
  const { cases, without, words } = readTitle(test.name)
  const { state, errors = [], note } = test.result()
  const { obtained } = test.meta()
  const isIdle = without !== undefined && state === 'passed' && Object.keys(obtained ?? {}).length === 0
  return {
    file: test.module.relativeModuleId,
    cases,
    browser: browserOf(test.fullName),
    without,
    // A layer that can be missed without loss: the attack proves nothing.
    outcome: isIdle ? 'failed' : outcomeOf(state, without),
    words: words + placeOf(test.fullName),
    obtained,
    reason: isIdle ? 'the layer is gone, and nothing was stolen' : note,
    errors: errors.map(({ stack, message }) => stack ?? message),
  }
}

/** A file or a block that could not even run its tests. */
export const lineOfBroken = (entity) => ({
  file: (entity.module ?? entity).relativeModuleId,
  cases: [],
  browser: browserOf(entity.fullName ?? ''),
  outcome: 'failed',
  words: `${entity.name ?? entity.relativeModuleId} could not be run`,
  errors: entity.errors().map(({ stack, message }) => stack ?? message),
})

const plural = (count, kind) =>
  `${count} ${count === 1 ? kind : kind.replace(/(?<![aeiou])y$/, 'ie').replace(/(s|x|ch)$/, '$1e')}${count === 1 ? '' : 's'}`

/** `2 refresh tokens and 1 share`; of nothing: `nothing`. */
export const formatObtained = (obtained) => {
  const parts = Object.entries(obtained).map(([kind, count]) => plural(count, kind))
  if (parts.length === 0) return 'nothing'
  return parts.length === 1 ? parts[0] : `${parts.slice(0, -1).join(', ')} and ${parts.at(-1)}`
}

const lootOf = ({ outcome, without, obtained }) => {
  if (obtained === undefined) return ''
  if (without === undefined) return ` · obtained: ${formatObtained(obtained)}`
  return outcome === 'stole' ? ` · without ${without}: stole ${formatObtained(obtained)}` : ''
}

/** `case 38  chromium  held    finds keys and records, and opens none · obtained: nothing` */
export const formatLine = (line) => {
  const { cases, browser, outcome, words, reason } = line
  const what = cases.length === 0 ? '' : `case ${cases.join('+')}`
  const why = reason === undefined || reason === '' ? '' : ` (${reason})`
  const missing = outcome === 'skipped' && why === '' ? ' (no reason was given)' : why
  return `${what.padEnd(12)}  ${(browser ?? 'both').padEnd(8)}  ${outcome.padEnd(7)}  ${words}${lootOf(line)}${missing}`
}

/** The counts of a run; `isGood` is false where anything failed, leaked, or was skipped without a reason. */
export const summaryOf = (lines) => {
  const count = (outcome) => lines.filter((line) => line.outcome === outcome).length
  const secrets = lines
    .filter(({ without }) => without === undefined)
    .flatMap(({ obtained }) => Object.values(obtained ?? {}))
    .reduce((sum, one) => sum + one, 0)
  const unexplained = lines.filter(({ outcome, reason }) => outcome === 'skipped' && (reason ?? '') === '').length
  return {
    cases: new Set(lines.flatMap(({ cases, words }) => (cases.length === 0 ? [words] : cases))).size,
    lines: lines.length,
    held: count('held'),
    stole: count('stole'),
    failed: count('failed'),
    skipped: count('skipped'),
    // Undefined where no test has looked for any.
    secrets: lines.some(({ obtained }) => obtained !== undefined) ? secrets : undefined,
    isGood: lines.length > 0 && count('failed') === 0 && secrets === 0 && unexplained === 0,
  }
}

export const formatSummary = (suite, { cases, lines, held, stole, failed, skipped, secrets }) =>
  [
    `${suite}: ${cases} cases, ${lines} lines: ${held} held, `,
    stole > 0 ? `${stole} stole with a layer taken away, ` : '',
    `${failed} failed, ${skipped} skipped`,
    secrets === undefined ? '' : `; secrets obtained: ${secrets}`,
  ].join('')
