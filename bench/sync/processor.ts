import { readdir, readFile } from 'node:fs/promises'
import type { Browser } from 'puppeteer-core'

// How much of the processors a browser has used, whoever else was using them: on a shared machine that says more than the time that
// went by. Linux alone tells it in this way.

/** Milliseconds in a unit of /proc/<id>/stat. */
const tick = 10

type Entry = { readonly id: number; readonly parent: number; readonly time: number }

/** proc(5): the name is in brackets and may hold anything; the parent is the second field behind it, the times are the 12th and 13th. */
const readEntry = async (id: number): Promise<readonly Entry[]> => {
  try {
    const text = await readFile(`/proc/${id}/stat`, 'utf8')
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ')
    return [{ id, parent: Number(fields[1]), time: (Number(fields[11]) + Number(fields[12])) * tick }]
  } catch {
    // It has ended meanwhile.
    return []
  }
}

/** Milliseconds of processor time of a browser with all its processes so far; undefined where that is not told. */
export const processorTime = async (browser: Browser): Promise<number | undefined> => {
  const root = browser.process()?.pid
  const names = await readdir('/proc').catch(() => [])
  if (root === undefined || names.length === 0) return undefined
  const entries = (
    await Promise.all(names.filter((name) => /^\d+$/.test(name)).map((id) => readEntry(Number(id))))
  ).flat()
  const parents = new Map(entries.map(({ id, parent }) => [id, parent]))
  const isOfIt = (id: number | undefined): boolean => id !== undefined && (id === root || isOfIt(parents.get(id)))
  return entries.filter(({ id }) => isOfIt(id)).reduce((sum, { time }) => sum + time, 0)
}
