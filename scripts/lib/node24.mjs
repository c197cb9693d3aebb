import { existsSync } from 'node:fs'
import { fail } from './fail.mjs'
import { at } from './root.mjs'

const [major = 0] = process.versions.node.split('.').map(Number)
if (major < 20) fail(`Holdfast needs Node 20 or newer to start from; this is ${process.version}.`)

const own = at('node_modules', 'node', 'bin', process.platform === 'win32' ? 'node.exe' : 'node')

/** True when there is a Node that the project can run on. */
export const hasNode24 = () => existsSync(own) || major >= 24

/** The Node that the project runs on: the one from npm, else the machine's own when that is new enough. */
export const node24 = () => {
  if (existsSync(own)) return own
  if (major >= 24) return process.execPath
  return fail(
    'Node 24 comes as the npm package "node", but its install script did not run (ignore-scripts?).\n' +
      'Run: npm rebuild node --ignore-scripts=false',
  )
}
