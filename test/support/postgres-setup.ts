import type { TestProject } from 'vitest/node'
import { startPostgres } from './postgres.ts'

declare module 'vitest' {
  export interface ProvidedContext {
    /** Address of a running PostgreSQL; undefined where the tests run on SQLite. */
    postgres?: string
  }
}

/** One PostgreSQL for all tests of the project; each makes databases of its own there. */
export default async (project: TestProject): Promise<() => Promise<void>> => {
  const { url, stop } = await startPostgres()
  project.provide('postgres', url)
  return stop
}
