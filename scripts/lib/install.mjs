import { readFileSync } from 'node:fs'
import { fail } from './fail.mjs'
import { hasNode24, node24 } from './node24.mjs'
import { at } from './root.mjs'
import { pathOfMachine, run } from './run.mjs'

const packagesIn = (path) => {
  try {
    return JSON.parse(readFileSync(at(path), 'utf8')).packages
  } catch {
    return undefined
  }
}

/** True when node_modules holds what the lock file names; packages for other platforms may be missing. */
const isInstalled = () => {
  const wanted = packagesIn('package-lock.json')
  const installed = packagesIn('node_modules/.package-lock.json')
  if (wanted === undefined || installed === undefined || !hasNode24()) return false
  return Object.entries(wanted).every(([path, { version, optional, peer }]) => {
    if (path === '') return true
    const found = installed[path]
    return found === undefined ? optional === true || peer === true : found.version === version
  })
}

/** Installs the packages of the lock file where they are missing or others. */
export const ensureInstalled = async () => {
  if (isInstalled()) return
  console.log('Installing packages (npm ci) …')
  const windows = process.platform === 'win32'
  // Not its warnings: they judge the packages by the Node that npm runs on, which is not the one that runs them.
  const code = await run('npm', ['ci', '--loglevel', 'error'], { env: { PATH: pathOfMachine }, shell: windows })
  if (code === 127) fail('npm is missing. Holdfast needs npm, which comes with Node.')
  if (code !== 0) fail(`npm ci ended with ${code}; see above.`)
  node24()
}
