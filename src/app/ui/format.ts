const DAY = 86_400_000

/** Making one costs as much as using it a hundred times, and a list uses the same few for each of its rows. */
const formats = new Map<string, Intl.DateTimeFormat>()

const formatOf = (tag: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat => {
  const key = tag + JSON.stringify(options)
  const format = formats.get(key) ?? new Intl.DateTimeFormat(tag, options)
  formats.set(key, format)
  return format
}

const sameDay = (a: Date, b: Date): boolean => a.toDateString() === b.toDateString()

/** When, as short as it stays clear: the time today, the weekday this week, else the date. */
export const shortTime = (tag: string, when: number, now: number): string => {
  const [date, today] = [new Date(when), new Date(now)]
  const format = (options: Intl.DateTimeFormatOptions) => formatOf(tag, options).format(date)
  if (sameDay(date, today)) return format({ hour: 'numeric', minute: '2-digit' })
  if (when < now && now - when < 6 * DAY) return format({ weekday: 'short' })
  if (date.getFullYear() === today.getFullYear()) return format({ day: 'numeric', month: 'short' })
  return format({ day: 'numeric', month: 'short', year: 'numeric' })
}

/** Date and time in full. */
export const fullTime = (tag: string, when: number): string =>
  formatOf(tag, { dateStyle: 'long', timeStyle: 'short' }).format(when)

/** Date and time, for narrow places. */
export const mediumTime = (tag: string, when: number): string =>
  new Intl.DateTimeFormat(tag, { dateStyle: 'medium', timeStyle: 'short' }).format(when)

/** The day alone. */
export const shortDate = (tag: string, when: number): string =>
  formatOf(tag, { day: 'numeric', month: 'long' }).format(when)

/** A length of time in seconds as a clock shows it: `1:05`. */
export const clock = (seconds: number): string => {
  const whole = Math.floor(seconds)
  const [minutes, rest] = [Math.floor(whole / 60), String(whole % 60).padStart(2, '0')]
  return minutes < 60
    ? `${minutes}:${rest}`
    : `${Math.floor(minutes / 60)}:${String(minutes % 60).padStart(2, '0')}:${rest}`
}

const units = ['byte', 'kilobyte', 'megabyte', 'gigabyte', 'terabyte'] as const

/** A size in bytes, with the unit that fits: `1.2 MB`. */
export const size = (tag: string, bytes: number): string => {
  const step = bytes < 1 ? 0 : Math.min(Math.floor(Math.log10(bytes) / 3), units.length - 1)
  return new Intl.NumberFormat(tag, {
    style: 'unit',
    unit: units[step] ?? 'byte',
    maximumFractionDigits: step === 0 ? 0 : 1,
  }).format(bytes / 1000 ** step)
}
