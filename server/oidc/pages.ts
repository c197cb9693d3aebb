import { html, raw } from 'hono/html'
import type { Words } from './words.ts'

export type Html = ReturnType<typeof html>

export const layout = (words: Words, title: string, body: Html): Html => html`<!doctype html>
<html lang="${words.language}">
  <head>
    <meta charset="utf-8" />
    <meta name="viewport" content="width=device-width, initial-scale=1" />
    <meta name="robots" content="noindex" />
    <title>${title} · Holdfast</title>
    <link rel="icon" href="/assets/icon.svg" type="image/svg+xml" />
    <link rel="stylesheet" href="/assets/theme.css" />
    <link rel="stylesheet" href="/assets/pages.css" />
  </head>
  <body>
    <main class="card">
      <img class="mark" src="/assets/icon.svg" alt="" width="44" height="44" />
      ${body}
    </main>
  </body>
</html>`

export const alert = (text: string | undefined): Html | '' =>
  text === undefined ? '' : html`<p class="notice error" role="alert" id="fault">${text}</p>`

/** `base`: the address that the forms of a page are under. */
type FormState = { readonly base: string; readonly email?: string; readonly fault?: string }

const emailField = (words: Words, { email, fault }: FormState): Html => html`
  <label for="email">${words.email}</label>
  <input id="email" name="email" type="email" autocomplete="username" required maxlength="254" value="${email ?? ''}"
    ${fault === undefined ? '' : raw('aria-describedby="fault"')} ${email === undefined ? raw('autofocus') : ''} />`

const cancelForm = (words: Words, base: string): Html => html`
  <form method="post" action="${base}/cancel"><button class="quiet" type="submit">${words.cancel}</button></form>`

export type SignInState = FormState & {
  /** Why it is asked for, where it is not a sign-in to the app. */
  readonly lead?: string | undefined
  /** Another provider that people may come from. */
  readonly upstream?: string | undefined
  readonly proving?: string | undefined
}

const passkeyButton = (words: Words, base: string): Html => html`
    <form method="post" action="${base}/use-passkey"><button type="submit">${words.usePasskey}</button></form>`

const upstreamForm = (words: Words, { base, upstream }: SignInState): Html | '' =>
  upstream === undefined
    ? ''
    : html`
    <form method="post" action="${base}/upstream">
      <button type="submit">${words.continueWith.replace('{name}', upstream)}</button>
    </form>`

export const signInPage = (words: Words, state: SignInState): Html =>
  layout(
    words,
    words.signIn,
    html`
    <h1>${words.signIn}</h1>
    <p class="muted">${state.lead ?? words.signInLead}</p>
    ${alert(state.fault)}
    <form method="post" action="${state.base}/sign-in">
      ${state.proving === undefined ? '' : html`<input type="hidden" name="proving" value="${state.proving}" />`}
      ${emailField(words, state)}
      <label for="password">${words.password}</label>
      <input id="password" name="password" type="password" autocomplete="current-password" required
        ${state.email === undefined ? '' : raw('autofocus')} />
      <button class="primary" type="submit">${words.signIn}</button>
    </form>
    ${state.proving === undefined ? passkeyButton(words, state.base) : ''}
    ${upstreamForm(words, state)}
    ${cancelForm(words, state.base)}
    ${
      state.lead === undefined
        ? html`<p class="other">${words.noAccount} <a href="${state.base}/create-account">${words.createAnAccount}</a></p>`
        : ''
    }`,
  )

export const createAccountPage = (words: Words, state: FormState): Html =>
  layout(
    words,
    words.createAnAccount,
    html`
    <h1>${words.createAnAccount}</h1>
    <p class="muted">${words.createLead}</p>
    ${alert(state.fault)}
    <form method="post" action="${state.base}/create-account">
      ${emailField(words, state)}
      <label for="password">${words.password}</label>
      <input id="password" name="password" type="password" autocomplete="new-password" required minlength="8"
        aria-describedby="hint" ${state.email === undefined ? '' : raw('autofocus')} />
      <p class="hint muted" id="hint">${words.passwordHint}</p>
      <button class="primary" type="submit">${words.createAccount}</button>
    </form>
    ${cancelForm(words, state.base)}
    <p class="other">${words.haveAccount} <a href="${state.base}">${words.signIn}</a></p>`,
  )

/** Asks for the second step. `ticket`: what the first one gave. */
export const codePage = (words: Words, { base, fault, ticket }: FormState & { readonly ticket: string }): Html =>
  layout(
    words,
    words.codeTitle,
    html`
    <h1>${words.codeTitle}</h1>
    <p class="muted" id="lead">${words.codeLead}</p>
    ${alert(fault)}
    <form method="post" action="${base}/code">
      <input type="hidden" name="ticket" value="${ticket}" />
      <label for="code">${words.code}</label>
      <input id="code" name="code" autocomplete="one-time-code" required maxlength="40" autofocus
        aria-describedby="${fault === undefined ? 'lead' : 'fault'}" />
      <button class="primary" type="submit">${words.continue}</button>
    </form>
    ${passkeyButton(words, base)}
    ${cancelForm(words, base)}`,
  )

export const consentPage = (words: Words, base: string, client: string): Html =>
  layout(
    words,
    words.consentTitle,
    html`
    <h1>${words.consentTitle}</h1>
    <p><strong>${client}</strong> ${words.consent}</p>
    <form method="post" action="${base}/consent"><button class="primary" type="submit">${words.allow}</button></form>
    ${cancelForm(words, base)}`,
  )

/** Asks before the provider's own session ends. `form`: the form of oidc-provider, whose id is `op.logoutForm`. */
export const signOutPage = (words: Words, form: string): Html =>
  layout(
    words,
    words.signOutTitle,
    html`
    <h1>${words.signOutTitle}</h1>
    <p>${words.signOut}</p>
    ${raw(form)}
    <p class="choice">
      <button class="primary" type="submit" form="op.logoutForm" value="yes" name="logout">${words.signOutYes}</button>
      <button class="quiet" type="submit" form="op.logoutForm">${words.cancel}</button>
    </p>`,
  )

export const signedOutPage = (words: Words, appUrl: string): Html =>
  messagePage(words, words.signedOutTitle, words.signedOut, appUrl)

/** A page that only says something and leads back to the app. */
export const messagePage = (words: Words, title: string, text: string, appUrl: string): Html =>
  layout(
    words,
    title,
    html`
    <h1>${title}</h1>
    <p>${text}</p>
    <p><a href="${appUrl}/">${words.back}</a></p>`,
  )
