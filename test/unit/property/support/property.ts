import { setImmediate as turn } from 'node:timers/promises'
import fc from 'fast-check'
import { test } from 'vitest'

const { HOLDFAST_RUNS, HOLDFAST_SEED } = process.env
const quickly = 300

/** Fails the whole run rather than to prove nothing with it. */
const count = (text: string, least: number): number => {
  const number = Number(text)
  if (!Number.isSafeInteger(number) || number < least) throw new Error(`This is no such number: ${text}`)
  return number
}

/** True where every property runs as often as it was asked to, and says so. */
export const isThorough = HOLDFAST_RUNS !== undefined
const asked = HOLDFAST_RUNS === undefined ? quickly : count(HOLDFAST_RUNS, 1)

/** A seed of its own for each property, unless one is named. */
export const chooseSeed = (): number =>
  HOLDFAST_SEED === undefined ? Math.floor(Math.random() * 2 ** 31) : count(HOLDFAST_SEED, 0)

/** One line: what was shown, how often it was tried, and the seed that tries the same again. */
export const report = (title: string, runs: number, seed: number): void => {
  if (isThorough) process.stdout.write(`${title.padEnd(96)} ${String(runs).padStart(7)} runs  seed ${seed}\n`)
}

export type PropertyOptions<T> = {
  /** For what takes long: one in so many of the runs. Parsers take them all. */
  readonly oneIn?: number
  /** So many of them at least, where they are run at length. */
  readonly atLeast?: number
  /** The line of the catalogue that it is of. */
  readonly number?: number
  /** Values that once failed, or that chance is slow to find; tried first, every time. */
  readonly kept?: T[]
}

/** Long loops of promises alone would let nothing else of this process have its turn. */
const turnEvery = 500

/** A test that `holds` is true of all values: it returns, or resolves, and does not throw. */
export const property = <T extends [unknown, ...unknown[]]>(
  title: string,
  arbitraries: { [K in keyof T]: fc.Arbitrary<T[K]> },
  holds: (...values: T) => void | Promise<void>,
  { oneIn = 1, atLeast = 100, kept = [], number = 81 }: PropertyOptions<T> = {},
): void => {
  const name = `case ${number}: ${title}`
  const runs = Math.max(isThorough ? atLeast : 10, Math.ceil(asked / oneIn))
  test(name, { timeout: isThorough ? 1_800_000 : 120_000 }, async () => {
    const seed = chooseSeed()
    let tried = 0
    const predicate = async (...values: T): Promise<void> => {
      tried += 1
      if (tried % turnEvery === 0) await turn()
      await holds(...values)
    }
    await fc.assert(fc.asyncProperty(...arbitraries, predicate), { numRuns: runs, seed, examples: kept })
    report(name, runs, seed)
  })
}
