import { stamp } from './stamp.mjs'
import { tool } from './tool.mjs'

/** What the app is built from; a change of any of these makes dist/app stale. */
export const appSources = ['src', 'public', 'index.html', 'vite.config.ts', 'package-lock.json']

const built = stamp('app', { sources: appSources, outputs: ['dist/app'] })

/** Builds dist/app. Answers whether that worked. */
export const buildApp = async () => {
  console.log('Building the app …')
  const code = await tool('vite', ['build', '--logLevel', 'warn'])
  if (code === 0) built.write()
  return code === 0
}

/** Builds dist/app where it is missing or stale. Answers whether it is there. */
export const ensureApp = async () => built.isFresh() || (await buildApp())
