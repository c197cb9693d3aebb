import * as v from 'valibot'
import { describeDevice } from '../../src/base/device-name.ts'
import type { Account } from '../store/accounts.ts'
import type { Store } from '../store/store.ts'

/** Loaded where somebody uses a passkey. */
const webauthn = () => import('@simplewebauthn/server')

const life = 5 * 60_000

const base64url = v.pipe(v.string(), v.regex(/^[\w-]+$/), v.maxLength(20_000))
const common = {
  id: base64url,
  rawId: base64url,
  type: v.literal('public-key' as const),
  clientExtensionResults: v.optional(
    v.pipe(
      v.unknown(),
      v.transform(() => ({})),
    ),
    {},
  ),
}
/** What a browser makes of a credential (WebAuthn Level 3 §5.1.8), of which the rest is not needed. */
const createdSchema = v.object({
  ...common,
  response: v.object({ clientDataJSON: base64url, attestationObject: base64url }),
})
const usedSchema = v.object({
  ...common,
  response: v.object({ clientDataJSON: base64url, authenticatorData: base64url, signature: base64url }),
})

const creatingSchema = v.object({ accountId: v.string(), challenge: v.string() })
const usingSchema = v.object({ place: v.string(), challenge: v.string() })

const readAs = <T>(text: string, schema: v.GenericSchema<unknown, T>): T | undefined => {
  try {
    const parsed = v.safeParse(schema, JSON.parse(text))
    return parsed.success ? parsed.output : undefined
  } catch {
    return undefined
  }
}

/** A question to a browser: the options for `navigator.credentials`, and the ticket that comes back with the answer. */
export type Ceremony = { readonly options: string; readonly ticket: string }

/** Passkeys: the device proves that it has the key and that the person is there, so they are both steps of a sign-in in one. */
export const createPasskeyService = (store: Store, origin: string) => {
  const expectedRPID = new URL(origin).hostname
  const { passkeys, tickets, sessions } = store

  return {
    async beginCreate({ id, email }: Account): Promise<Ceremony> {
      const { generateRegistrationOptions } = await webauthn()
      const options = await generateRegistrationOptions({
        rpName: 'Holdfast',
        rpID: expectedRPID,
        userName: email,
        userID: new TextEncoder().encode(id),
        attestationType: 'none',
        excludeCredentials: (await passkeys.list(id)).map((passkey) => ({ id: passkey.id })),
        authenticatorSelection: { residentKey: 'required', userVerification: 'required' },
      })
      const { challenge } = options
      const ticket = await tickets.put('passkey-create', { accountId: id, challenge }, life)
      return { options: JSON.stringify(options), ticket }
    },

    /** Whether the answer held and the passkey is the account's now. A ticket is good once. */
    async create(accountId: string, ticket: string, answer: string, userAgent: string): Promise<boolean> {
      const held = await tickets.take('passkey-create', ticket, creatingSchema)
      const response = readAs(answer, createdSchema)
      if (held?.accountId !== accountId || response === undefined) return false
      const checks = { expectedChallenge: held.challenge, expectedOrigin: origin, expectedRPID }
      const { verifyRegistrationResponse } = await webauthn()
      const checked = await verifyRegistrationResponse({ response, ...checks }).catch(() => undefined)
      if (checked?.verified !== true) return false
      const { id, publicKey, counter } = checked.registrationInfo.credential
      const key = Buffer.from(publicKey).toString('base64url')
      const { name } = describeDevice(userAgent)
      if (!(await passkeys.add({ id, accountId, publicKey: key, counter, name }))) return false
      await sessions.audit('factor.added', accountId, null)
      return true
    },

    async beginUse(place: string): Promise<Ceremony> {
      const { generateAuthenticationOptions } = await webauthn()
      const options = await generateAuthenticationOptions({ rpID: expectedRPID, userVerification: 'required' })
      const ticket = await tickets.put('passkey-use', { place, challenge: options.challenge }, life)
      return { options: JSON.stringify(options), ticket }
    },

    /** The account of who answered; undefined where the answer does not hold. A ticket is good once, and at one place. */
    async use(place: string, ticket: string, answer: string): Promise<string | undefined> {
      const held = await tickets.take('passkey-use', ticket, usingSchema)
      const response = readAs(answer, usedSchema)
      if (held?.place !== place || response === undefined) return undefined
      const passkey = await passkeys.find(response.id)
      if (passkey === undefined) return undefined
      const { id, accountId, counter } = passkey
      const credential = { id, counter, publicKey: new Uint8Array(Buffer.from(passkey.publicKey, 'base64url')) }
      const checks = { expectedChallenge: held.challenge, expectedOrigin: origin, expectedRPID }
      const { verifyAuthenticationResponse } = await webauthn()
      const checked = await verifyAuthenticationResponse({ response, credential, ...checks }).catch(() => undefined)
      if (checked?.verified !== true) {
        await sessions.audit('factor.wrong', accountId, null)
        return undefined
      }
      await passkeys.use(id, checked.authenticationInfo.newCounter)
      return accountId
    },

    async remove(accountId: string, id: string): Promise<void> {
      await passkeys.remove(accountId, id)
      await sessions.audit('factor.removed', accountId, null)
    },
  }
}

export type PasskeyService = ReturnType<typeof createPasskeyService>
