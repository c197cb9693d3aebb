import { readFileSync } from 'node:fs'
import { type Line, openLine } from './line.ts'

export const lanes = 16
const duration = 4000
/** As long is asked before anything is counted, so that what is measured has been compiled. */
const warmUp = 2000

/** Of all its threads, in microseconds; the system counts in hundredths of a second. */
const processorTime = (pid: number): number => {
  const [user = 0, system = 0] = (readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1] ?? '')
    .split(' ')
    .slice(11, 13)
    .map(Number)
  return (user + system) * 10_000
}

type Task = (lane: number) => Promise<boolean>

const runFor = async (time: number, task: Task, width: number) => {
  const began = performance.now()
  let count = 0
  const run = async (lane: number) => {
    while (performance.now() - began < time) {
      if (!(await task(lane))) return
      count += 1
    }
  }
  await Promise.all(Array.from({ length: width }, (_, lane) => run(lane)))
  return { count, perSecond: count / ((performance.now() - began) / 1000) }
}

/** How often a second `task` is done, in `width` lanes at once, until the time is over or `task` answers false. */
export const rateOf = async (task: Task, width = lanes): Promise<number> => {
  await runFor(warmUp, task, width)
  return (await runFor(duration, task, width)).perSecond
}

export const at = <T>(list: readonly T[], index: number): T => {
  const [one] = list.slice(index, index + 1)
  if (one === undefined) throw new Error('There is one for each lane.')
  return one
}

export type Served = {
  readonly perSecond: number
  /** What one costs the process that answers, in microseconds of its processor time. */
  readonly cost: number
}

/** The same with a connection for each lane to the process `pid`. */
export const servedAt = async (
  url: string,
  pid: number,
  task: (line: Line, lane: number) => Promise<boolean>,
  width = lanes,
): Promise<Served> => {
  const lines = Array.from({ length: width }, () => openLine(url))
  const once = (lane: number) => task(at(lines, lane), lane)
  await runFor(warmUp, once, width)
  const before = processorTime(pid)
  const { count, perSecond } = await runFor(duration, once, width)
  for (const line of lines) line.close()
  return { perSecond, cost: (processorTime(pid) - before) / count }
}
