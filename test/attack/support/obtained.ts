import { TestRunner } from 'vitest'

/** What an attack has obtained: how many of each kind, named in the singular. Empty: nothing. */
export type Obtained = Readonly<Record<string, number>>

declare module 'vitest' {
  interface TaskMeta {
    obtained?: Obtained
  }
}

/** Notes for the line of the running test what its attack has obtained, beside what it noted before. */
export const noteObtained = (obtained: Obtained): void => {
  // Outside of a test, as in a hook, there is no line to write it on.
  const test = TestRunner.getCurrentTest() as { meta: { obtained?: Obtained } } | undefined
  if (test === undefined) return
  const sum: Record<string, number> = { ...test.meta.obtained }
  for (const [kind, count] of Object.entries(obtained)) sum[kind] = (sum[kind] ?? 0) + count
  test.meta.obtained = sum
}
