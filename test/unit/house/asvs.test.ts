import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'

const root = join(import.meta.dirname, '../../..')
const read = (path: string): string => readFileSync(join(root, path), 'utf8')
const document = read('docs/asvs.md')

/** Every test that the document names: a file, and mostly the name of a test in it. */
const named = [...document.matchAll(/`(test\/[\w./-]+)`(?: "([^"]+)")?/g)].map(
  ([, file = '', name = '']) => [file, name] as const,
)

/** How many requirements each section of ASVS 5.0.0 has. */
const sections: Readonly<Record<string, number>> = {
  ...{ '6.1': 3, '6.2': 12, '6.3': 8, '6.4': 6, '6.5': 8, '6.6': 4, '6.7': 2, '6.8': 4 },
  ...{ '7.1': 3, '7.2': 4, '7.3': 2, '7.4': 5, '7.5': 3, '7.6': 2 },
  ...{ '10.1': 2, '10.2': 3, '10.3': 5, '10.4': 16, '10.5': 5, '10.6': 2, '10.7': 3 },
}

const rows = [...document.matchAll(/^\| ((?:6|7|10)\.\d+\.\d+) \| ([123]) \| (yes|partly|\*\*no\*\*|–) \| (.+) \|$/gm)]

describe('the list of ASVS requirements', () => {
  test('names tests that exist, by names that they have', () => {
    expect(named.length).toBeGreaterThan(100)
    for (const [file, name] of named) {
      expect(existsSync(join(root, file)), file).toBe(true)
      expect(read(file), `${file} has "${name}"`).toContain(name)
    }
  })

  test('has every requirement of the three chapters once, with what is to be said of it', () => {
    const all = Object.entries(sections).flatMap(([section, count]) =>
      Array.from({ length: count }, (_, index) => `${section}.${index + 1}`),
    )
    expect(rows.map(([, id]) => id)).toEqual(all)
    for (const [, id, , met, how = ''] of rows) expect(met === 'yes' || how.length > 5, id).toBe(true)
  })

  test('counts them right', () => {
    for (const level of ['1', '2', '3']) {
      const count = (met: string) => rows.filter((row) => row[2] === level && row[3] === met).length
      const line = ['yes', 'partly', '**no**', '–'].map(count).join(' | ')
      expect(document).toContain(`| ${level} | ${line} |`)
    }
  })
})
