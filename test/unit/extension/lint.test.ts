import { execFile } from 'node:child_process'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import * as v from 'valibot'
import { expect, it } from 'vitest'

const root = join(import.meta.dirname, '../../..')
const linter = join(root, 'node_modules/addons-linter/bin/addons-linter')

const message = v.object({ code: v.string(), message: v.string(), file: v.optional(v.nullable(v.string())) })
const report = v.object({ errors: v.array(message), warnings: v.array(message), notices: v.array(message) })

/** What the linter of addons.mozilla.org says, which is what `web-ext lint` runs. */
const lint = async (folder: string) => {
  const { stdout } = await promisify(execFile)(process.execPath, [linter, '--output=json', join(root, folder)])
  return v.parse(report, JSON.parse(stdout))
}

it('passes the lint of addons.mozilla.org, but for what libraries bring', async () => {
  const { errors, warnings, notices } = await lint('dist/extension-firefox')
  expect(errors).toEqual([])
  expect(notices).toEqual([])
  // Preact has a way to set HTML, DOMPurify and Readability set it in a document without a window, where nothing runs, and the
  // reader of PDF files has lines that the linter itself stumbles over. Nothing of ours does, which the next test shows.
  expect(warnings.filter(({ code }) => code !== 'UNSAFE_VAR_ASSIGNMENT')).toEqual([])
  const count = (pattern: RegExp) => warnings.filter(({ file }) => pattern.test(file ?? '')).length
  expect({ clip: count(/^clip\.js$/), ours: count(/background|config|app|popup/), all: warnings.length }).toEqual({
    clip: 2,
    ours: 0,
    all: 6,
  })
}, 300_000)

it('sets HTML nowhere by itself', async () => {
  const files = await readdir(join(root, 'src'), { recursive: true })
  const scripts = files.filter((file) => /\.tsx?$/.test(file))
  expect(scripts.length).toBeGreaterThan(50)
  for (const file of scripts) {
    expect(await readFile(join(root, 'src', file), 'utf8'), file).not.toMatch(/innerHTML|outerHTML|insertAdjacentHTML/i)
  }
})
