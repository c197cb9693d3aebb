import type { HttpBindings } from '@hono/node-server'
import type { Context } from 'hono'
import { html } from 'hono/html'
import * as v from 'valibot'
import type { Ceremony } from '../accounts/passkeys.ts'
import { field } from './forms.ts'
import { layout } from './pages.ts'
import type { Words } from './words.ts'

/** What the page's form sends: the ticket, and the credential as JSON. */
export const passkeyForm = v.object({ ticket: field(100), response: field(30_000) })

type Asked = Ceremony & {
  readonly kind: 'create' | 'get'
  /** Where the answer goes, and where to go without one. */
  readonly action: string
  readonly back: string
}

/** Asks the browser for a passkey. It is the one page with a script, which comes from this origin. */
export const passkeyPage = <E extends { Bindings: HttpBindings }>(c: Context<E>, words: Words, asked: Asked) => {
  const policy = String(c.env.outgoing.getHeader('content-security-policy') ?? '')
  c.header('content-security-policy', policy.replace('script-src', "script-src 'self'"))
  const { kind, action, back, options, ticket } = asked
  return c.html(
    layout(
      words,
      words.usePasskey,
      html`
      <h1>${kind === 'create' ? words.addPasskey : words.usePasskey}</h1>
      <p>${words.passkeyLead}</p>
      <p class="notice error" role="alert" id="passkey-failed" hidden>${words.passkeyFailed}</p>
      <form method="post" action="${action}" data-kind="${kind}" data-options="${options}">
        <input type="hidden" name="ticket" value="${ticket}" />
        <input type="hidden" name="response" value="" />
        <button class="primary" type="submit">${kind === 'create' ? words.addPasskey : words.usePasskey}</button>
      </form>
      <p class="other"><a href="${back}">${words.cancel}</a></p>
      <script src="/assets/passkey.js" defer></script>`,
    ),
  )
}
