import { readdirSync } from 'node:fs'
import { at } from './root.mjs'
import { tool } from './tool.mjs'

/** Prose and pictures are laid out by hand; what is made by commands, biome leaves out by itself. */
const isCode = (name) => !name.startsWith('.') && !name.endsWith('.md') && name !== 'docs' && name !== 'public'

/** Checks style and format of all code. Answers whether all is well. */
export const lint = async () =>
  (await tool('biome', ['ci', '--error-on-warnings', ...readdirSync(at('.')).filter(isCode)])) === 0
