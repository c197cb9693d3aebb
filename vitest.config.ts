import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    reporters: ['default', ...(process.env.HOLDFAST_TEST_REPORT === undefined ? [] : ['json'])],
    outputFile: { json: process.env.HOLDFAST_TEST_REPORT ?? '' },
    projects: [
      {
        test: {
          name: 'unit',
          include: ['test/{unit,kit}/**/*.test.ts'],
          environment: 'node',
        },
      },
      {
        test: {
          name: 'browser',
          include: ['test/{browser,attack,fault,e2e,extension}/**/*.test.ts'],
          environment: 'node',
          maxWorkers: 2,
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
    ],
  },
})
