import type { CompiledQuery } from 'kysely'
import type { Database } from './store.ts'

/** Keys that one statement asks for at most. */
const most = 128

type Waiting<R> = PromiseWithResolvers<R | undefined>

/** The least power of two that has room for `count`: few sizes, so few statements to build and to keep. */
const roomFor = (count: number): number => 2 ** Math.ceil(Math.log2(count))

/**
 * A question that many requests ask at once, each for the row of its key: those of one turn of the event loop are answered by one
 * statement, which is built once for each size. It begins after all of them have asked, so nobody gets an older answer than alone.
 * `build`: a question whose last parameters are the keys.
 */
export const gather = <R>(
  db: Database,
  build: (keys: readonly string[]) => { compile(): CompiledQuery<R> },
  keyOf: (row: R) => string,
) => {
  const built = new Map<number, CompiledQuery<R>>()
  let waiting = new Map<string, Waiting<R>>()

  const rowsOf = async (keys: readonly string[]): Promise<readonly R[]> => {
    const size = roomFor(keys.length)
    const [first = ''] = keys
    const padded = [...keys, ...Array.from({ length: size - keys.length }, () => first)]
    const compiled = built.get(size) ?? build(padded).compile()
    built.set(size, compiled)
    const parameters = [...compiled.parameters.slice(0, compiled.parameters.length - size), ...padded]
    return (await db.executeQuery<R>({ ...compiled, parameters })).rows
  }

  const flush = async (asked: ReadonlyMap<string, Waiting<R>>): Promise<void> => {
    try {
      const found = new Map<string, R>()
      for (const row of await rowsOf([...asked.keys()])) if (!found.has(keyOf(row))) found.set(keyOf(row), row)
      for (const [key, { resolve }] of asked) resolve(found.get(key))
    } catch (error) {
      for (const { reject } of asked.values()) reject(error)
    }
  }

  return (key: string): Promise<R | undefined> => {
    const known = waiting.get(key)
    if (known !== undefined) return known.promise
    if (waiting.size === most) waiting = new Map()
    const asked = waiting
    const one = Promise.withResolvers<R | undefined>()
    asked.set(key, one)
    if (asked.size === 1) {
      setImmediate(() => {
        if (waiting === asked) waiting = new Map()
        void flush(asked)
      })
    }
    return one.promise
  }
}
