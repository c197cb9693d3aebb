import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { formatLine, lineOf, lineOfBroken } from './cases.mjs'

/** vitest's reporter of the suites: one line for every case as it ends, and all of them in a file at the end. */
export default class CaseReporter {
  #lines = []
  #target = process.env.HOLDFAST_SUITE_REPORT
  #pattern = new RegExp(process.env.HOLDFAST_SUITE_PATTERN ?? '')

  /** True for a test that this run does not ask for: vitest calls it skipped. */
  #isLeftOut(test) {
    return test.result().state === 'skipped' && !this.#pattern.test(test.fullName)
  }

  #add(line) {
    this.#lines.push(line)
    console.log(formatLine(line))
    for (const error of line.outcome === 'failed' ? line.errors : []) console.log(error.replace(/^/gm, '    '))
  }

  onTestCaseResult(test) {
    if (!this.#isLeftOut(test)) this.#add(lineOf(test))
  }

  onTestSuiteResult(suite) {
    if (suite.errors().length > 0) this.#add(lineOfBroken(suite))
  }

  onTestModuleEnd(module) {
    if (module.errors().length > 0) this.#add(lineOfBroken(module))
  }

  onTestRunEnd(_modules, unhandled) {
    for (const { stack, message } of unhandled) {
      this.#add({
        file: '',
        cases: [],
        outcome: 'failed',
        words: 'an error that no test has caught',
        errors: [stack ?? message],
      })
    }
    if (this.#target === undefined) return
    mkdirSync(dirname(this.#target), { recursive: true })
    writeFileSync(this.#target, JSON.stringify(this.#lines, null, 2))
  }
}
