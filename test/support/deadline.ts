import { setTimeout as pause } from 'node:timers/promises'
import { vi } from 'vitest'

/** How long tests wait for a condition unless they say otherwise, in milliseconds. */
export const patience = 15_000

/** Between two askings, in milliseconds: soon at first, and later and later, because asking a page costs it work, too. */
const intervals = { first: 20, growth: 1.25, longest: 200 }

/** The same promise, rejected when it has not settled within `deadline` milliseconds. */
export const within = async <T>(promise: Promise<T>, what: string, deadline = patience): Promise<T> => {
  const { promise: late, reject } = Promise.withResolvers<never>()
  const timer = setTimeout(() => reject(new Error(`Waited ${deadline} ms in vain: ${what}`)), deadline)
  try {
    return await Promise.race([promise, late])
  } finally {
    clearTimeout(timer)
  }
}

/** How long one asking may take; what is asked of a page that goes away may never be answered. */
const once = 3000

/**
 * Asks again and again until `condition` answers something other than undefined, null or false, and answers that. A
 * condition that throws is not met yet. Rejects when `deadline` milliseconds have passed, saying what was waited for.
 */
export const waitFor = async <T>(
  condition: () => T | Promise<T>,
  what: string,
  deadline = patience,
): Promise<Exclude<T, undefined | null | false>> => {
  const end = performance.now() + deadline
  for (let interval = intervals.first; ; interval = Math.min(intervals.longest, interval * intervals.growth)) {
    let cause: unknown
    try {
      const answer = await within(Promise.resolve(condition()), what, once)
      if (isMet(answer)) return answer
    } catch (error) {
      cause = error
    }
    if (performance.now() > end) throw new Error(`Waited ${deadline} ms in vain: ${what}`, { cause })
    await pause(interval)
  }
}

const isMet = <T>(answer: T): answer is Exclude<T, undefined | null | false> =>
  answer !== undefined && answer !== null && answer !== false

/** Waits until an expectation holds, and as long as for any other condition: a second is too little where much runs. */
export const untilHolds = <T>(expectation: () => T | Promise<T>): Promise<T> =>
  vi.waitFor(expectation, { timeout: patience })
