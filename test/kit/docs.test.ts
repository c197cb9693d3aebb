import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, it } from 'vitest'

const root = join(import.meta.dirname, '../..')
const run = promisify(execFile)

/** What each kind of block is written for, by its first line. */
const kinds = {
  worker: ['--lib', 'es2024,webworker', '--types', ''],
  page: ['--lib', 'es2024,dom,dom.iterable', '--types', ''],
  server: ['--lib', 'es2024,dom', '--types', 'node'],
} as const

type Block = { readonly kind: keyof typeof kinds; readonly code: string; readonly line: number }

const isKind = (word: string | undefined): word is Block['kind'] => word !== undefined && word in kinds

const blocksOf = (text: string): readonly Block[] =>
  [...text.matchAll(/^```ts\n\/\/ (\w+)\n([\s\S]*?)^```$/gm)].flatMap(({ 1: kind, 2: code = '', index }) =>
    isKind(kind) ? [{ kind, code, line: text.slice(0, index).split('\n').length }] : [],
  )

const text = await readFile(join(root, 'docs/kit.md'), 'utf8')
const blocks = blocksOf(text)
let folder: string

// Inside the package, so that it finds itself by its name, as an adopter's own project does.
beforeAll(async () => {
  folder = await mkdtemp(join(root, 'build/docs-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

it('has no block of code that is not checked', () => {
  expect(blocks.length).toBeGreaterThan(5)
  expect(text.match(/^```ts$/gm)).toHaveLength(blocks.length)
})

it.each(blocks.map((block) => [block.line, block.kind, block.code] as const))(
  'the code at line %i of docs/kit.md compiles, for the %s',
  async (line, kind, code) => {
    const file = join(folder, `${line}.mts`)
    await writeFile(file, `${code}\nexport {}\n`)
    const options = ['--noEmit', '--strict', '--target', 'es2024', '--module', 'nodenext', '--skipLibCheck']
    const checked = run(process.execPath, [
      join(root, 'node_modules/typescript/bin/tsc'),
      ...['--ignoreConfig', ...options, ...kinds[kind], file],
    ])
    const { stdout } = await checked.catch((error) => ({ stdout: String(error.stdout || error) }))
    expect(stdout).toBe('')
  },
)
