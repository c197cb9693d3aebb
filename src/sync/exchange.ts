import type { Clock } from '../base/clock.ts'
import type { Engine, Outcome } from './engine.ts'

/** When everything was looked through last, in milliseconds since 1970, and what of it is not as it should be. */
export type Looks = {
  readonly clock: Clock
  last(): Promise<number | null>
  note(): Promise<void>
  /** Whether there are records that were kept aside. */
  hasAside(): Promise<boolean>
}

/** Milliseconds from one look to the next: for what is held back, and for what is kept aside. */
const lookAgainAfter = { missing: 60 * 60 * 1000, aside: 24 * 60 * 60 * 1000 }

/** Whether it is time to read everything again, because something is not as it should be. */
const isLookDue = async ({ missing }: Outcome, looks: Looks): Promise<boolean> => {
  const isMissing = missing.length > 0
  if (!isMissing && !(await looks.hasAside())) return false
  const looked = await looks.last()
  const wait = isMissing ? lookAgainAfter.missing : lookAgainAfter.aside
  if (looked !== null && Math.abs(looks.clock() - looked) < wait) return false
  await looks.note()
  // What is aside was read just now, where nobody has looked before.
  return isMissing || looked !== null
}

/** One exchange, and another now and then: what the server held back may have come since, and what was wrong be right. */
export const exchangeAll = async (engine: Engine, looks: Looks, signal?: AbortSignal): Promise<Outcome> => {
  const outcome = await engine.exchange(signal)
  if (!(await isLookDue(outcome, looks))) return outcome
  await engine.lookAgain()
  return engine.exchange(signal)
}

/** How many records the server holds back. */
export const countOf = (missing: Outcome['missing']): number =>
  missing.flatMap(({ ranges }) => ranges).reduce((sum, [first, last]) => sum + last - first + 1, 0)
