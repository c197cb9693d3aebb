import { join } from 'node:path'
import { defineConfig } from 'vite'

const root = import.meta.dirname
const outDir = join(root, 'build/extension')

/**
 * The extension's scripts and pages, the same for every browser: `--mode pages` for what is on screen, `--mode background`
 * for the one classic script that Chromium runs as a service worker and Firefox as an event page.
 */
export default defineConfig(({ mode }) => ({
  root: join(root, 'src/extension'),
  base: '/',
  publicDir: false,
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  build:
    mode === 'pages'
      ? {
          outDir: join(outDir, 'pages'),
          emptyOutDir: true,
          assetsInlineLimit: 0,
          modulePreload: { polyfill: false },
          rolldownOptions: {
            input: [join(root, 'src/extension/popup/popup.html'), join(root, 'src/extension/page/app.html')],
          },
        }
      : {
          outDir: join(outDir, 'background'),
          emptyOutDir: true,
          lib: {
            entry: join(root, 'src/extension/background/main.ts'),
            formats: ['iife'],
            name: 'holdfast',
            fileName: () => 'background.js',
          },
        },
}))
