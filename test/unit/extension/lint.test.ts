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

it('passes the lint of addons.mozilla.org, but for what the view library brings', async () => {
  const { errors, warnings, notices } = await lint('dist/extension-firefox')
  expect(errors).toEqual([])
  expect(notices).toEqual([])
  // Preact has a way to set HTML. Nothing of ours uses it, which the next test shows.
  const others = warnings.filter(({ code, file }) => code !== 'UNSAFE_VAR_ASSIGNMENT' || !/^assets\//.test(file ?? ''))
  expect(others).toEqual([])
  expect(warnings.length - others.length).toBeLessThanOrEqual(1)
}, 60_000)

it('sets HTML nowhere by itself', async () => {
  const files = await readdir(join(root, 'src'), { recursive: true })
  const scripts = files.filter((file) => /\.tsx?$/.test(file))
  expect(scripts.length).toBeGreaterThan(50)
  for (const file of scripts) {
    expect(await readFile(join(root, 'src', file), 'utf8'), file).not.toMatch(/innerHTML|outerHTML|insertAdjacentHTML/i)
  }
})
