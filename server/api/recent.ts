/** What was worked out of late, by key: no more than twice `most` of it, and nothing that was not asked for again in a while. */
export const createRecent = <T>(most: number) => {
  let older = new Map<string, T>()
  let newer = new Map<string, T>()
  const put = (key: string, value: T): void => {
    if (newer.size >= most) {
      older = newer
      newer = new Map()
    }
    newer.set(key, value)
  }
  return {
    put,
    get(key: string): T | undefined {
      const known = newer.get(key)
      if (known !== undefined) return known
      const found = older.get(key)
      if (found !== undefined) put(key, found)
      return found
    },
  }
}

export type Recent<T> = ReturnType<typeof createRecent<T>>
