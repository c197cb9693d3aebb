import type { Session } from './session.ts'

/** Registers the worker script, has it take charge of this page, and follows its session. */
export const connect = (_options: { readonly script: string }): Promise<Session> =>
  Promise.reject(new Error('unwritten'))
