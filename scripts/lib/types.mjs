import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { digest } from './digest.mjs'
import { at } from './root.mjs'
import { tool } from './tool.mjs'

const isConfig = (name) => /^tsconfig.*\.json$/.test(name.split(/[\\/]/).at(-1))

const configs = () => [
  ...readdirSync(at('.')).filter(isConfig),
  ...['src', 'server', 'cli', 'test'].flatMap((folder) =>
    readdirSync(at(folder), { recursive: true })
      .filter(isConfig)
      .map((name) => join(folder, name)),
  ),
]

const read = (path) => {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return ''
  }
}

/** What the compiler remembers is wrong after a change of its own configuration or version: start anew then. */
const forgetIfConfigured = () => {
  const memory = at('build', 'info')
  const path = join(memory, 'configured')
  const current = digest([...configs(), 'package-lock.json'])
  if (read(path) === current) return
  rmSync(memory, { recursive: true, force: true })
  mkdirSync(memory, { recursive: true })
  writeFileSync(path, current)
}

/** Checks types and writes declarations; without projects, of everything. Answers whether all is well. */
export const checkTypes = async (projects = []) => {
  forgetIfConfigured()
  return (await tool('tsc', ['-b', ...projects])) === 0
}
