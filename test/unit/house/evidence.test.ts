import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'

const root = join(import.meta.dirname, '../../..')
const read = (path: string): string => readFileSync(join(root, path), 'utf8')
const evidence = read('docs/security-evidence.md')
const sections = evidence.split(/^## /m).slice(1)
const rowsOf = (text: string) => [...text.matchAll(/^\| (\w+) \| (.*?) \| .*\(\.\.\/(test\/attack\/[^)]+)\) \|$/gm)]

const suite = readdirSync(join(root, 'test/attack'))
  .filter((name) => name.endsWith('.test.ts'))
  .map((name) => read(`test/attack/${name}`))
  .join('\n')

describe('the evidence for what is claimed', () => {
  test('has tests under every claim, of which one at least was seen to steal without its layer', () => {
    expect(sections.length).toBeGreaterThan(7)
    for (const section of sections) {
      expect(rowsOf(section).length, section).toBeGreaterThan(1)
      expect(section).toMatch(/\*\*without [\w-]+:\*\*.*stole: /)
    }
  })

  test('names tests that are there', () => {
    for (const [row, number = '', title = '', file = ''] of rowsOf(evidence)) {
      expect(existsSync(join(root, file)), row).toBe(true)
      const without = /^\*\*without ([\w-]+):\*\*/.exec(title)?.[1]
      expect(read(file), row).toContain(
        without === undefined ? `case ${number}: ` : `case ${number} without ${without}: `,
      )
    }
  })

  test('holds nothing that failed, and both browsers in every line', () => {
    expect(evidence).not.toMatch(/\| (failed|skipped|–) \|/)
  })

  test('shows every layer of the runner taken away', () => {
    const names = [...read('scripts/lib/layers.mjs').matchAll(/^ {2}(\w+): /gm)].map((match) => match[1] ?? '')
    expect(names.length).toBeGreaterThan(10)
    for (const name of names) {
      expect(suite).toMatch(new RegExp(`case \\w+ without ${name}: `))
      expect(evidence).toContain(`**without ${name}:**`)
    }
  })

  test('is led to by the threat model', () => {
    expect(read('SECURITY.md')).toContain('docs/security-evidence.md')
  })
})
