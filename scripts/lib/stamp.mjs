import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { digest } from './digest.mjs'
import { at } from './root.mjs'

/**
 * Remembers from which sources an output was made. It is stale when either differs by content: a fresh checkout, a
 * changed source, a half-made or hand-made output.
 */
export const stamp = (name, { sources, outputs }) => {
  const path = at('build', 'stamps', name)
  const current = () => `${digest(sources)} ${digest(outputs)}\n`
  return {
    isFresh() {
      try {
        return readFileSync(path, 'utf8') === current()
      } catch {
        return false
      }
    },
    write() {
      mkdirSync(dirname(path), { recursive: true })
      writeFileSync(path, current())
    },
  }
}
