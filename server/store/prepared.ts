import type { CompiledQuery, QueryResult } from 'kysely'
import type { Database } from './store.ts'

/**
 * A statement that is built once: to build one takes longer than to have it done. What is given takes the places of the parameters
 * that it is built with, in the order in which those stand in it.
 */
export const prepare = <R>(db: Database, build: () => CompiledQuery<R>) => {
  let compiled: CompiledQuery<R> | undefined
  return (...parameters: readonly (string | number | null)[]): Promise<QueryResult<R>> => {
    compiled ??= build()
    return db.executeQuery<R>({ ...compiled, parameters })
  }
}
