/** The middle and the slow end of measured times. */
export type Summary = { readonly median: number; readonly p95: number }

const at = (sorted: readonly number[], part: number): number =>
  sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? Number.NaN

export const summaryOf = (times: readonly number[]): Summary => {
  const sorted = [...times].sort((one, other) => one - other)
  return { median: at(sorted, 0.5), p95: at(sorted, 0.95) }
}

export const milliseconds = (time: number): string => `${time.toFixed(time < 10 ? 1 : 0)} ms`
