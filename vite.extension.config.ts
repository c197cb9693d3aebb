import { join } from 'node:path'
import { defineConfig } from 'vite'

const root = import.meta.dirname
const outDir = join(root, 'build/extension')

/**
 * The extension's scripts and pages, the same for every browser: `--mode pages` for what is on screen, `--mode background`
 * for the one classic script that Chromium runs as a service worker and Firefox as an event page, `--mode clip` for the
 * classic script that reads a page.
 */
const scripts = {
  background: { entry: 'src/extension/background/main.ts', name: 'holdfast' },
  clip: { entry: 'src/extension/clip/page/main.ts', name: 'holdfastClip' },
}

const script = (mode: 'background' | 'clip') => ({
  outDir: join(outDir, mode),
  emptyOutDir: true,
  lib: {
    entry: join(root, scripts[mode].entry),
    formats: ['iife' as const],
    name: scripts[mode].name,
    fileName: () => `${mode}.js`,
  },
})

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
      : script(mode === 'clip' ? 'clip' : 'background'),
}))
