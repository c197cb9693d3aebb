import { createHash } from 'node:crypto'
import * as v from 'valibot'
import { type Config, desktopCallbackPath, desktopClient } from '../config.ts'
import type { Store } from '../store/store.ts'

/** A one-time code is used at once or never. */
const codeLife = 60_000
const purpose = 'desktop'

/** What the provider keeps of a code of its own, as far as it matters here. */
const issuedSchema = v.object({
  clientId: v.literal(desktopClient),
  redirectUri: v.string(),
  codeChallenge: v.string(),
  codeChallengeMethod: v.literal('S256'),
})

const handedOverSchema = v.object({ code: v.string(), state: v.string(), iss: v.string(), challenge: v.string() })

/** The provider's answer, as a program exchanges it. */
export type DesktopAnswer = { readonly code: string; readonly state: string; readonly iss: string }

/**
 * Hands the provider's answer to a native program by way of a one-time code: that code alone goes through the custom scheme,
 * which any other program may have taken for itself, and it opens nothing without the verifier of the sign-in (RFC 7636).
 */
export const createDesktop = (config: Config, { oidcRecords, tickets }: Store) => ({
  /** A one-time code for a provider's answer; undefined where the provider gave no such code. */
  async handOver({ code, state, iss }: DesktopAnswer): Promise<string | undefined> {
    const record = await oidcRecords.find('AuthorizationCode', code)
    if (record === undefined || record.isExpired || record.consumedAt !== null || iss !== config.idUrl) return undefined
    const issued = v.safeParse(issuedSchema, record.payload)
    if (!issued.success || issued.output.redirectUri !== config.appUrl + desktopCallbackPath) return undefined
    return tickets.put(purpose, { code, state, iss, challenge: issued.output.codeChallenge }, codeLife)
  },

  /** The provider's answer for a one-time code, once; undefined where it does not hold. A wrong verifier spends it too. */
  async redeem(oneTimeCode: string, verifier: string): Promise<DesktopAnswer | undefined> {
    const kept = await tickets.take(purpose, oneTimeCode, handedOverSchema)
    if (kept === undefined) return undefined
    const { challenge, ...answer } = kept
    return createHash('sha256').update(verifier).digest('base64url') === challenge ? answer : undefined
  },
})
