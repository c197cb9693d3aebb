import { milliseconds, summaryOf } from '../figures.ts'

const figures = (times: readonly number[]): string => {
  const { median, p95 } = summaryOf(times)
  return times.length < 2 ? milliseconds(median) : `median ${milliseconds(median)}, p95 ${milliseconds(p95)}`
}

export type Reference = { readonly what: string; readonly times: readonly number[] }

/** One line: what was measured, what beside, the ratio of the medians, and whether the aim is met. */
export const tell = (what: string, times: readonly number[], beside: Reference, verdict?: string): void => {
  const ratio = (summaryOf(times).median / summaryOf(beside.times).median).toFixed(2)
  const parts = [`${what}: ${figures(times)}`, `${beside.what}: ${figures(beside.times)}`, `ratio ${ratio}`]
  console.log([...parts, ...(verdict === undefined ? [] : [verdict])].join('; '))
}

export const within = (isMet: boolean, aim: string): string => `${isMet ? 'within' : 'NOT within'} the aim, ${aim}`

export const median = (times: readonly number[]): number => summaryOf(times).median

/** What is aimed at of a task of the page, in milliseconds. */
const LONGEST_TASK = 50

/** Says which tasks kept the page busy for too long. */
export const tellTasks = (during: string, durations: readonly number[]): void => {
  const long = durations.filter((duration) => duration > LONGEST_TASK)
  const told = long.length === 0 ? 'none' : `${long.length}, the longest ${milliseconds(Math.max(...long))}`
  const all = long.reduce((sum, duration) => sum + duration, 0)
  console.log(
    `tasks over ${LONGEST_TASK} ms while ${during}: ${told}${all === 0 ? '' : `, ${milliseconds(all)} in all`}; ${within(long.length === 0, 'none')}`,
  )
}
