import type { Reply, Request } from '../protocol/messages.ts'
import type { Secrets } from './session.ts'

type SecretsRequest = Extract<Request, { type: `secrets.${string}` }>
type Ask = (request: SecretsRequest) => Promise<Reply[SecretsRequest['type']]>

/** `ask`: one question to the worker, one answer. */
export const createSecrets = (ask: Ask): Secrets => {
  const of = async (request: SecretsRequest) => (await ask(request)).secrets
  return {
    put: (name, value) => of({ type: 'secrets.put', name, value }),
    remove: (name) => of({ type: 'secrets.remove', name }),
    list: () => of({ type: 'secrets.list' }),
  }
}
