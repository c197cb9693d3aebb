import { readFileSync } from 'node:fs'
import { relative } from 'node:path'
import { root } from './root.mjs'

const read = (path) => {
  try {
    return JSON.parse(readFileSync(path, 'utf8'))
  } catch {
    return undefined
  }
}

/** The counts of one test report. What could not even be run counts as one that failed: a file, or all of them. */
export const countsOf = (path) => {
  const report = read(path)
  if (report === undefined) return { passed: 0, failed: 1, skipped: 0 }
  const broken = report.testResults.filter(
    (file) => file.status === 'failed' && !file.assertionResults.some((test) => test.status === 'failed'),
  )
  return {
    passed: report.numPassedTests,
    failed: report.numFailedTests + broken.length,
    skipped: report.numPendingTests + report.numTodoTests,
  }
}

/** A line for each test that failed, and for each file that could not be run: where, which, and the first line of why. */
export const failuresOf = (path) =>
  (read(path)?.testResults ?? []).flatMap(({ name, message, assertionResults }) => {
    const failed = assertionResults.filter((test) => test.status === 'failed')
    const why = (text) => text?.split('\n', 1)[0] ?? ''
    const file = relative(root, name)
    if (failed.length === 0) return message ? [`${file}: ${why(message)}`] : []
    return failed.map((test) => `${file} › ${test.fullName}: ${why(test.failureMessages[0])}`)
  })

export const sumOf = (all) =>
  all.reduce(
    (sum, one) => ({
      passed: sum.passed + one.passed,
      failed: sum.failed + one.failed,
      skipped: sum.skipped + one.skipped,
    }),
    { passed: 0, failed: 0, skipped: 0 },
  )

export const formatCounts = ({ passed, failed, skipped }) =>
  `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`
