import { node24 } from './node24.mjs'
import { at } from './root.mjs'
import { run } from './run.mjs'
import { stamp } from './stamp.mjs'
import { tool } from './tool.mjs'

const sources = ['src', 'manifest.json', 'vite.extension.config.ts', 'package-lock.json']
const outputs = ['dist/extension-chrome', 'dist/extension-firefox']
const built = stamp('extension', { sources, outputs })

const bundle = (mode) =>
  tool('vite', ['build', '--config', 'vite.extension.config.ts', '--mode', mode, '--logLevel', 'warn'])

/** Builds dist/extension-chrome, dist/extension-firefox and their packages. Answers whether that worked. */
export const buildExtension = async () => {
  console.log('Building the extension …')
  for (const mode of ['pages', 'background', 'clip']) if ((await bundle(mode)) !== 0) return false
  if ((await run(node24(), [at('src/extension/package/main.ts')])) !== 0) return false
  built.write()
  return true
}

/** Builds them where they are missing or stale. Answers whether they are there. */
export const ensureExtension = async () => built.isFresh() || (await buildExtension())
