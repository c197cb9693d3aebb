import { availableParallelism } from 'node:os'
import { hash, verify } from '@node-rs/argon2'
import { isCommon } from './common-passwords.ts'

/** Argon2id, RFC 9106, with OWASP's least parameters: 19 MiB, two passes, one lane. */
const parameters = { algorithm: 2, memoryCost: 19_456, timeCost: 2, parallelism: 1 } as const
const current = `$argon2id$v=19$m=${parameters.memoryCost},t=${parameters.timeCost},p=${parameters.parallelism}$`

/** NFKC, so that the same keys typed on another system give the same bytes (NIST SP 800-63B §3.1.1.2). */
const normalise = (password: string): string => password.normalize('NFKC')

export type PasswordFault = 'too-short' | 'too-long' | 'common'

/** What is wrong with a new password, or undefined. Length and a list of common ones; no rules of composition. */
export const passwordFault = async (password: string): Promise<PasswordFault | undefined> => {
  const length = [...normalise(password)].length
  if (length < 8) return 'too-short'
  if (length > 256) return 'too-long'
  return (await isCommon(normalise(password))) ? 'common' : undefined
}

/** Work of which no more than `most` is done at once; what comes then waits, in the order in which it came. */
const atMost = (most: number) => {
  let count = 0
  const waiting: (() => void)[] = []
  return async <T>(work: () => Promise<T>): Promise<T> => {
    if (count === most) await new Promise<void>((resolve) => waiting.push(resolve))
    else count += 1
    try {
      return await work()
    } finally {
      // Whoever is next takes this place.
      const next = waiting.shift()
      if (next === undefined) count -= 1
      else next()
    }
  }
}

/** A thread is left for signatures, which take a thousandth of the time and would stand in line with every hash. */
const hashing = atMost(availableParallelism() + 1)

export const hashPassword = (password: string): Promise<string> => hashing(() => hash(normalise(password), parameters))

let decoy: Promise<string> | undefined

/**
 * Whether `password` belongs to `stored`. Takes as long where there is no account, so that time does not tell. `outdated`:
 * it is right, and should be hashed again with today's parameters.
 */
export const checkPassword = async (
  stored: string | undefined,
  password: string,
): Promise<{ readonly right: boolean; readonly outdated: boolean }> => {
  decoy ??= hashPassword('nobody has this one')
  const against = stored ?? (await decoy)
  const matches = password.length <= 1024 && (await hashing(() => verify(against, normalise(password))))
  return { right: matches && stored !== undefined, outdated: stored !== undefined && !stored.startsWith(current) }
}
