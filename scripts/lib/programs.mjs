import { accessSync, constants, readFileSync } from 'node:fs'
import { fail } from './fail.mjs'
import { run } from './run.mjs'

const canRun = (path) => {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}

const find = ({ variable, paths }) => {
  const named = process.env[variable]
  return named === undefined ? paths.find(canRun) : [named].find(canRun)
}

const isDebian = () => {
  try {
    return /^ID="?debian"?$/m.test(readFileSync('/etc/os-release', 'utf8'))
  } catch {
    return false
  }
}

const install = async (packages) => {
  const env = { DEBIAN_FRONTEND: 'noninteractive' }
  console.log(`Installing ${packages.join(' and ')} (apt-get) …`)
  if ((await run('apt-get', ['update', '-q'], { env })) !== 0) return false
  return (await run('apt-get', ['install', '-q', '-y', '--no-install-recommends', ...packages], { env })) === 0
}

const advice = (missing) =>
  [
    `The tests need ${missing.map(({ name }) => name).join(' and ')}.`,
    ...missing.map(({ name, variable }) => `  ${name}: install it, or set ${variable} to the path of its program.`),
    `On Debian, as root: apt-get install --no-install-recommends ${missing.map((one) => one.package).join(' ')}`,
  ].join('\n')

/**
 * Finds programs that tests use, and installs the missing ones where that can be done. Answers their paths as variables. One
 * that is `optional` may stay missing.
 */
export const ensurePrograms = async (programs) => {
  const absent = programs.filter((program) => find(program) === undefined)
  const named = absent.filter(({ variable }) => process.env[variable] !== undefined)
  if (named.length > 0) {
    fail(named.map(({ variable }) => `${variable} names no program: ${process.env[variable]}`).join('\n'))
  }
  if (absent.length > 0 && process.getuid?.() === 0 && isDebian()) {
    await install(absent.map((program) => program.package))
  }
  const missing = programs.filter((program) => find(program) === undefined)
  const needed = missing.filter(({ optional = false }) => !optional)
  if (needed.length > 0) fail(advice(needed))
  const there = programs.filter((program) => !missing.includes(program))
  return Object.fromEntries(there.map((program) => [program.variable, find(program)]))
}
