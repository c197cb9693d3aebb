import { rmSync } from 'node:fs'
import { copyDeclarations } from './declarations.mjs'
import { at } from './root.mjs'
import { stamp } from './stamp.mjs'
import { tool } from './tool.mjs'
import { checkTypes } from './types.mjs'

const parts = ['worker', 'client', 'seal']
const sources = ['src', 'vite.kit.config.ts', 'tsconfig.base.json', 'package-lock.json', 'scripts/lib']
const built = stamp('kit', { sources, outputs: ['dist/kit'] })

const bundle = (part) => tool('vite', ['build', '--config', 'vite.kit.config.ts', '--mode', part, '--logLevel', 'warn'])

/** Builds dist/kit: a module for each part and, under types, their declarations. Answers whether that worked. */
export const buildKit = async () => {
  console.log('Building the kit …')
  rmSync(at('dist/kit'), { recursive: true, force: true })
  if (!(await checkTypes(parts.map((part) => `src/kit/tsconfig.${part}.json`)))) return false
  const codes = await Promise.all(parts.map(bundle))
  if (codes.some((code) => code !== 0)) return false
  copyDeclarations({ from: 'build/types/src', to: 'dist/kit/types', entries: parts.map((part) => `kit/${part}`) })
  built.write()
  return true
}

/** Builds dist/kit where it is missing or stale. Answers whether that worked. */
export const ensureKit = async () => built.isFresh() || (await buildKit())
