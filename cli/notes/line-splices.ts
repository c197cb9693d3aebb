import { diffLines } from 'diff'
import type { Compare } from '../../src/notebook/note-document.ts'
import { type Splice, spliceOf } from '../../src/notebook/splice.ts'

/** Milliseconds after which two texts count as different all over. */
const patience = 2000

/**
 * Where a text differs from another, line by line: what is edited in a file is edited in many places at once, and what others have
 * written between them stays.
 */
export const lineSplices: Compare = (before, after) => {
  const parts = diffLines(before, after, { timeout: patience })
  const whole = spliceOf(before, after)
  if (parts === undefined) return whole === undefined ? [] : [whole]
  const splices: Splice[] = []
  let [at, gone, come] = [0, '', '']
  const flush = (): void => {
    const splice = spliceOf(gone, come)
    if (splice !== undefined) splices.push({ ...splice, at: at + splice.at })
    at += gone.length
    gone = ''
    come = ''
  }
  for (const { value, added, removed } of parts) {
    if (added) come += value
    else if (removed) gone += value
    else {
      flush()
      at += value.length
    }
  }
  flush()
  return splices
}
