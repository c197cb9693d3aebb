import type { CompiledQuery } from 'kysely'
import type { Database } from './store.ts'

/**
 * A question that is built once: to build one takes longer than to answer it. What is asked for takes the places of the
 * parameters it is built with, in the order in which those stand in it.
 */
export const prepare = <R>(db: Database, build: () => { compile(): CompiledQuery<R> }) => {
  let compiled: CompiledQuery<R> | undefined
  return async (...parameters: readonly (string | number)[]): Promise<R[]> => {
    compiled ??= build().compile()
    return (await db.executeQuery<R>({ ...compiled, parameters })).rows
  }
}
