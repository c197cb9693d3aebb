import { node24 } from './node24.mjs'
import { at } from './root.mjs'
import { run } from './run.mjs'

const entries = {
  biome: '@biomejs/biome/bin/biome',
  tsc: 'typescript/bin/tsc',
  vite: 'vite/bin/vite.js',
  vitest: 'vitest/vitest.mjs',
}

/** Runs one of the project's own tools on Node 24. Answers its exit code. */
export const tool = (name, args, options) => run(node24(), [at('node_modules', entries[name]), ...args], options)
