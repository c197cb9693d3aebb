import { setTimeout as pause } from 'node:timers/promises'

/** How long tests wait for a condition unless they say otherwise, in milliseconds. */
export const patience = 15_000

const interval = 25

/**
 * Asks again and again until `condition` answers something other than undefined, null or false, and answers that.
 * Rejects when `deadline` milliseconds have passed; the message says what was waited for.
 */
export const waitFor = async <T>(
  condition: () => T | Promise<T>,
  what: string,
  deadline = patience,
): Promise<Exclude<T, undefined | null | false>> => {
  const end = performance.now() + deadline
  for (;;) {
    const answer = await condition()
    if (answer !== undefined && answer !== null && answer !== false) {
      return answer as Exclude<T, undefined | null | false>
    }
    if (performance.now() > end) throw new Error(`Waited ${deadline} ms in vain: ${what}`)
    await pause(interval)
  }
}

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
