import type { Recorded } from './recorded.ts'

/** Everything secret that has passed between worker and provider. */
export type Issued = {
  readonly accessTokens: string[]
  readonly refreshTokens: string[]
  readonly idTokens: string[]
  readonly codes: string[]
  readonly verifiers: string[]
  readonly states: string[]
  readonly nonces: string[]
}

/** The strings of a JSON object; of anything else none. */
const fieldsOf = (body: string): Readonly<Record<string, unknown>> => {
  try {
    return { ...JSON.parse(body) }
  } catch {
    return {}
  }
}

const codeOfPage = /name="code"\s+value="([^"]+)"/

/** Takes copies of what requests and replies at the provider carry. */
export const createIssued = () => {
  const issued: Issued = {
    accessTokens: [],
    refreshTokens: [],
    idTokens: [],
    codes: [],
    verifiers: [],
    states: [],
    nonces: [],
  }
  const add = (kind: keyof Issued, value: unknown) => {
    if (typeof value === 'string' && value !== '' && !issued[kind].includes(value)) issued[kind].push(value)
  }
  return {
    issued,
    ofRequest({ form }: Recorded) {
      add('codes', form.code)
      add('verifiers', form.code_verifier)
      add('states', form.state)
      add('nonces', form.nonce)
    },
    ofReply({ reply }: Recorded) {
      if (reply === undefined) return
      const fields = fieldsOf(reply.body)
      add('accessTokens', fields.access_token)
      add('refreshTokens', fields.refresh_token)
      add('idTokens', fields.id_token)
      add('codes', codeOfPage.exec(reply.body)?.[1])
    },
    /** Every one of them: what may be found nowhere that a page can look. */
    secrets: (): readonly string[] => Object.values(issued).flat(),
  }
}
