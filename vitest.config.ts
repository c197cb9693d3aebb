import { configDefaults, defineConfig } from 'vitest/config'

// What takes long runs under `npm run attack` and `npm run faults` alone.
const exclude = [...configDefaults.exclude, ...(process.env.HOLDFAST_WHOLE === undefined ? ['**/*.whole.test.ts'] : [])]

export default defineConfig({
  test: {
    reporters: ['default', ...(process.env.HOLDFAST_TEST_REPORT === undefined ? [] : ['json'])],
    outputFile: { json: process.env.HOLDFAST_TEST_REPORT ?? '' },
    projects: [
      {
        test: {
          name: 'unit',
          include: ['test/{unit,kit}/**/*.test.ts'],
          exclude: [...exclude, 'test/unit/server/postgres/**'],
          environment: 'node',
          maxWorkers: 2,
          // Loading the server and the libraries anew for each file took longer than the tests.
          isolate: false,
          // Dexie takes the database that is there when it is loaded, in whichever file that is.
          setupFiles: ['fake-indexeddb/auto'],
          // Properties run hundreds of times, and machines are shared.
          testTimeout: 120_000,
          hookTimeout: 60_000,
        },
      },
      {
        test: {
          // The server once more, on the other database.
          name: 'postgres',
          include: ['test/unit/server/**/*.test.ts'],
          exclude: [...exclude, 'test/unit/server/sqlite/**'],
          environment: 'node',
          maxWorkers: 2,
          isolate: false,
          testTimeout: 120_000,
          hookTimeout: 60_000,
          globalSetup: ['test/support/postgres-setup.ts'],
        },
      },
      {
        test: {
          name: 'browser',
          include: ['test/{browser,attack,fault,conformance,model,soak,e2e,extension}/**/*.test.ts'],
          exclude,
          environment: 'node',
          maxWorkers: 2,
          // Loading the server anew for each file took a second each time.
          isolate: false,
          testTimeout: 60_000,
          hookTimeout: 60_000,
          globalSetup: ['test/support/warm-setup.ts'],
        },
      },
    ],
  },
})
