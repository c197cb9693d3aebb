import { copyFile } from 'node:fs/promises'
import { join } from 'node:path'
import { build } from 'vite'

const here = import.meta.dirname

/** The page and the worker, each one file: what any bundler does with the two entry points. */
export const buildPage = async (outDir: string, addresses: { issuer: string; api: string }): Promise<void> => {
  const define = { __ISSUER__: JSON.stringify(addresses.issuer), __API__: JSON.stringify(addresses.api) }
  const bundle = (entry: string, name: string, format: 'es' | 'iife') =>
    build({
      configFile: false,
      logLevel: 'error',
      define,
      build: {
        outDir,
        emptyOutDir: false,
        target: 'es2023',
        rolldownOptions: {
          input: join(here, 'page', entry),
          output: { format, entryFileNames: name, codeSplitting: false },
        },
      },
    })
  await bundle('page.ts', 'page.js', 'es')
  await bundle('worker.ts', 'sw.js', 'iife')
  await copyFile(join(here, 'page', 'index.html'), join(outDir, 'index.html'))
}
