import type { ErrorCode } from '../../kit/client.ts'
import type { WordKey } from '../ui/words.ts'

/** How a failed sign-in is told: in these words, with this code to copy. */
export type SignInOutcome = { readonly text: WordKey; readonly code: ErrorCode }

const failed: SignInOutcome = { text: 'signInFailed', code: 'INTERNAL' }

const byParameter: ReadonlyMap<string, SignInOutcome> = new Map([
  ['interrupted', { text: 'signInInterrupted', code: 'SIGN_IN_INTERRUPTED' }],
  ['cancelled', { text: 'signInCancelled', code: 'SIGN_IN_CANCELLED' }],
  ['mismatch', { text: 'signInMismatch', code: 'SIGN_IN_MISMATCH' }],
  ['expired', { text: 'signInExpired', code: 'SIGN_IN_EXPIRED' }],
  ['refused', { text: 'signInRefused', code: 'SIGN_IN_REFUSED' }],
  ['unavailable', { text: 'signInUnavailable', code: 'PROVIDER_UNAVAILABLE' }],
])

const byCode: Partial<Record<ErrorCode, WordKey>> = {
  SIGN_IN_INTERRUPTED: 'signInInterrupted',
  SIGN_IN_CANCELLED: 'signInCancelled',
  SIGN_IN_MISMATCH: 'signInMismatch',
  SIGN_IN_EXPIRED: 'signInExpired',
  SIGN_IN_REFUSED: 'signInRefused',
  PROVIDER_UNAVAILABLE: 'signInUnavailable',
  WORKER_UNAVAILABLE: 'workerUnavailable',
  WORKER_UPDATING: 'workerUnavailable',
  PROTOCOL_MISMATCH: 'workerUnavailable',
}

/** The outcome for the value of `?signin=`. A value that is not known is never shown: the address is anyone's to write. */
export const outcomeOf = (parameter: string): SignInOutcome => byParameter.get(parameter) ?? failed

/** The outcome for a code that starting a sign-in ended with. */
export const outcomeFor = (code: ErrorCode): SignInOutcome => ({ text: byCode[code] ?? 'signInFailed', code })

/** Splits an address into the value of `?signin=`, if any, and the address without it. */
export const takeSignIn = (address: URL): { readonly parameter: string | null; readonly clean: string } => {
  const rest = new URLSearchParams(address.search)
  const parameter = rest.get('signin')
  rest.delete('signin')
  const query = rest.size === 0 ? '' : `?${rest}`
  return { parameter, clean: `${address.pathname}${query}${address.hash}` }
}
