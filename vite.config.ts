import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { defineConfig } from 'vite'
import { VitePWA } from 'vite-plugin-pwa'
import type { ManifestTransform } from 'workbox-build'

const root = import.meta.dirname
const outDir = join(root, 'dist/app')
const worker = join(outDir, 'sw.js')

/** Subresource integrity of a built file: the worker checks what it caches and what it serves against it. */
const integrityOf = (url: string): string =>
  `sha256-${createHash('sha256')
    .update(readFileSync(join(outDir, url)))
    .digest('base64')}`

const withIntegrity: ManifestTransform = (entries) => ({
  manifest: entries.map((entry) => ({ ...entry, integrity: integrityOf(entry.url) })),
  warnings: [],
})

export default defineConfig({
  root,
  publicDir: join(root, 'public'),
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  build: {
    outDir,
    emptyOutDir: true,
    // The strict CSP of every page allows no inline script and no data: address of one.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
  plugins: [
    VitePWA({
      strategies: 'injectManifest',
      srcDir: 'src/sw',
      filename: 'main.ts',
      outDir,
      injectRegister: false,
      manifest: false,
      injectManifest: {
        // One classic script: no importScripts and no module that could be swapped for another.
        rollupFormat: 'iife',
        swDest: worker,
        minify: true,
        // What only the installer of the browser shows.
        globIgnores: ['screenshots/**'],
        globPatterns: ['**/*.{html,js,css,svg,png,webmanifest}'],
        manifestTransforms: [withIntegrity],
      },
      integration: {
        // The plugin names the script after its source, main.ts; its address is a contract with the seal.
        beforeBuildServiceWorker(options) {
          options.swDest = worker
        },
      },
    }),
  ],
})
