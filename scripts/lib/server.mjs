import { stamp } from './stamp.mjs'
import { tool } from './tool.mjs'

const args = (start) => ['--disable-warning=ExperimentalWarning', start]

/** How Node runs the server that is built. */
export const serverArgs = args('dist/server/start.mjs')

/** How Node runs it of its TypeScript source. */
export const sourceArgs = args('server/start.mjs')

/** What the server is made of. */
export const serverSources = ['server', 'src/base', 'src/protocol', 'src/seal', 'src/sync']

const sources = [...serverSources, 'vite.server.config.ts', 'package-lock.json']
const built = stamp('server', { sources, outputs: ['dist/server'] })

/** Builds dist/server. Answers whether that worked. */
export const buildServer = async () => {
  console.log('Building the server …')
  const code = await tool('vite', ['build', '--config', 'vite.server.config.ts', '--logLevel', 'warn'])
  if (code === 0) built.write()
  return code === 0
}

/** Builds dist/server where it is missing or stale. Answers whether it is there. */
export const ensureServer = async () => built.isFresh() || (await buildServer())
