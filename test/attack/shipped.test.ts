import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { hookMark } from '../support/worker-hook.ts'
import * as removals from './support/removals.ts'

const built = join(import.meta.dirname, '../../dist')
const files = readdirSync(built, { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile() && /\.(js|html)$/.test(entry.name))
  .map((entry) => join(entry.parentPath, entry.name))

/** Words of the removals, each in one of them at least. */
const marks = [
  hookMark,
  'session.tokens',
  'session.prove',
  'session.intrude',
  '/last-answer',
  "'A'.repeat",
  'holdfast-install=',
]

const { withGetter, withOracle, withIntruder, withCachedAnswers } = removals

describe('what is shipped', () => {
  it('has no layer that can be switched off: nothing of the removals is in it', () => {
    const sources = [withGetter, withOracle, withIntruder('x'), withCachedAnswers].map((make) => make(''))
    for (const mark of ['session.tokens', 'session.prove', 'session.intrude', '/last-answer']) {
      expect(sources.some((source) => source.includes(mark))).toBe(true)
    }
    expect(files.some((file) => file.endsWith('sw.js'))).toBe(true)
    expect(files.some((file) => file.endsWith('seal.js'))).toBe(true)
    for (const file of files) {
      const text = readFileSync(file, 'utf8')
      expect(marks.filter((mark) => text.includes(mark))).toEqual([])
    }
  })
})
