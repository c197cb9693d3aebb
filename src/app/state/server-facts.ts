import { type ReadonlySignal, signal } from '@preact/signals'
import * as v from 'valibot'

const schema = v.object({ trustsNetwork: v.boolean() })

export type ServerFacts = {
  /** Whether the server serves whoever reaches it, without sign-in. False until it has said so. */
  readonly trustsNetwork: ReadonlySignal<boolean>
  /** Asks the server. Never rejects. */
  load(): Promise<void>
}

/** What the server says of itself. `api`: its address. */
export const createServerFacts = (api: string): ServerFacts => {
  const trustsNetwork = signal(false)
  return {
    trustsNetwork,
    async load() {
      const answer: unknown = await fetch(`${api}/server`)
        .then(
          (response) => response.json(),
          () => undefined,
        )
        .catch(() => undefined)
      const parsed = v.safeParse(schema, answer)
      if (parsed.success) trustsNetwork.value = parsed.output.trustsNetwork
    },
  }
}
