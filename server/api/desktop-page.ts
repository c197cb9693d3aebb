import { html, raw } from 'hono/html'

// The page that a browser is left on after a sign-in for a native program. It has no script.

const policy = "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'"

const english = {
  language: 'en',
  doneTitle: 'You are signed in',
  done: 'Go back to Holdfast to finish. This works once, within one minute.',
  return: 'Return to Holdfast',
  cancelledTitle: 'The sign-in was cancelled',
  cancelled: 'Nothing was changed. You can close this page, or start again in Holdfast.',
  refusedTitle: 'The sign-in did not work',
  refused: 'The server did not allow it. Nothing was changed. Start again in Holdfast.',
  staleTitle: 'This page is too old',
  stale: 'A sign-in is finished within one minute, and once. Nothing was changed. Start again in Holdfast.',
  code: 'Code',
}

type Words = Readonly<Record<keyof typeof english, string>>

const german: Words = {
  language: 'de',
  doneTitle: 'Du bist angemeldet',
  done: 'Kehre zu Holdfast zurück, um abzuschließen. Das geht einmal, innerhalb einer Minute.',
  return: 'Zurück zu Holdfast',
  cancelledTitle: 'Die Anmeldung wurde abgebrochen',
  cancelled: 'Es wurde nichts geändert. Du kannst diese Seite schließen oder in Holdfast neu beginnen.',
  refusedTitle: 'Die Anmeldung hat nicht geklappt',
  refused: 'Der Server hat sie nicht erlaubt. Es wurde nichts geändert. Beginne in Holdfast neu.',
  staleTitle: 'Diese Seite ist zu alt',
  stale:
    'Eine Anmeldung wird innerhalb einer Minute und einmal abgeschlossen. Es wurde nichts geändert. Beginne in Holdfast neu.',
  code: 'Code',
}

export type Outcome =
  | { readonly type: 'done'; readonly oneTimeCode: string }
  | { readonly type: 'cancelled' | 'refused' | 'stale' }

const codes = { cancelled: 'SIGN_IN_CANCELLED', refused: 'SIGN_IN_REFUSED', stale: 'SIGN_IN_EXPIRED' }

const body = (words: Words, outcome: Outcome) =>
  outcome.type === 'done'
    ? html`<p>${words.done}</p><p><a class="button" href="holdfast://auth?code=${outcome.oneTimeCode}">${words.return}</a></p>`
    : html`<p>${words[outcome.type]}</p><p class="muted">${words.code}: <code>${codes[outcome.type]}</code></p>`

/** The page for an outcome, in the language that the browser asks for. */
export const desktopPage = (outcome: Outcome, languages: string | null): Response => {
  const words = /^\s*de\b/i.test(languages ?? '') ? german : english
  const title = words[`${outcome.type}Title`]
  const text = html`<!doctype html>
<html lang="${words.language}">
  <head>
    <meta charset="utf-8" />
    <meta http-equiv="content-security-policy" content="${raw(policy)}" />
    <meta name="viewport" content="width=device-width, initial-scale=1" />
    <meta name="robots" content="noindex" />
    <title>${title} · Holdfast</title>
    <link rel="stylesheet" href="/api/v1/docs.css" />
  </head>
  <body><main><h1>${title}</h1>${body(words, outcome)}</main></body>
</html>`
  const headers = { 'content-type': 'text/html; charset=utf-8' }
  return new Response(String(text), { status: outcome.type === 'done' ? 200 : 400, headers })
}
