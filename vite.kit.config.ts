import { join } from 'node:path'
import { defineConfig } from 'vite'

const root = import.meta.dirname

/**
 * One part of the custody kit as one ES module: `vite build --config vite.kit.config.ts --mode worker|client|seal`.
 * What the parts are made of is bundled in, but for @preact/signals: the page's own copy must be the one that makes the
 * signals, or its views do not follow them.
 */
export default defineConfig(({ mode }) => ({
  root,
  publicDir: false,
  build: {
    outDir: join(root, 'dist/kit'),
    emptyOutDir: false,
    target: 'es2023',
    minify: false,
    lib: { entry: join(root, `src/kit/${mode}.ts`), formats: ['es'], fileName: () => `${mode}.js` },
    rolldownOptions: { external: ['@preact/signals'] },
  },
}))
