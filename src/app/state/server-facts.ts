import { type ReadonlySignal, signal } from '@preact/signals'
import * as v from 'valibot'

const schema = v.object({
  trustsNetwork: v.boolean(),
  features: v.array(v.string()),
  issuer: v.pipe(
    v.string(),
    v.url(),
    v.transform((issuer) => new URL(issuer).host),
  ),
})

export type ServerFacts = {
  /** Whether the server serves whoever reaches it, without sign-in. False until it has said so. */
  readonly trustsNetwork: ReadonlySignal<boolean>
  /** Whether a device can let another one in. Not where people sign in at somebody else's provider. True until it has said so. */
  readonly pairs: ReadonlySignal<boolean>
  /** The host of somebody else's provider, where people sign in at one. Undefined until it has said so. */
  readonly elsewhere: ReadonlySignal<string | undefined>
  /** Asks the server. Never rejects. */
  load(): Promise<void>
}

/** What the server says of itself. `api`: its address. */
export const createServerFacts = (api: string): ServerFacts => {
  const trustsNetwork = signal(false)
  const pairs = signal(true)
  const elsewhere = signal<string | undefined>(undefined)
  return {
    elsewhere,
    trustsNetwork,
    pairs,
    async load() {
      const answer: unknown = await fetch(`${api}/server`)
        .then(
          (response) => response.json(),
          () => undefined,
        )
        .catch(() => undefined)
      const parsed = v.safeParse(schema, answer)
      if (!parsed.success) return
      const { features, issuer } = parsed.output
      trustsNetwork.value = parsed.output.trustsNetwork
      pairs.value = features.includes('pairing')
      elsewhere.value = features.includes('external-provider') ? issuer : undefined
    },
  }
}
