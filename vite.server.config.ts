import { join, relative } from 'node:path'
import { defineConfig, type Plugin } from 'vite'

const root = import.meta.dirname
const outDir = join(root, 'dist/server')

/** The files that a module reads lie beside its source, wherever its code is now. */
const keepPlaces: Plugin = {
  name: 'keep-places',
  transform(code, id) {
    if (!id.startsWith(join(root, 'server/')) || !code.includes('import.meta.url')) return undefined
    const place = `new URL(${JSON.stringify(relative(outDir, id))}, import.meta.url)`
    return { code: code.replaceAll('import.meta.url', place), map: null }
  },
}

/**
 * The server with everything it needs in a few files: to find and read a thousand modules takes longer than the rest of its start.
 * What is loaded on demand stays apart; what has machine code stays where it is.
 */
export default defineConfig({
  root,
  publicDir: false,
  plugins: [keepPlaces],
  ssr: { noExternal: true, external: ['@node-rs/argon2'] },
  build: {
    ssr: join(root, 'server/start.mjs'),
    outDir,
    target: 'node24',
    minify: false,
    rolldownOptions: {
      // Of a library that names deprecated functions; nobody here calls one.
      checks: { eval: false },
      output: { entryFileNames: '[name].mjs', chunkFileNames: '[name]-[hash].mjs' },
    },
  },
})
