import { html, raw } from 'hono/html'
import { encodeQR } from 'qr'
import { alert, type Html, layout } from './pages.ts'
import type { Words } from './words.ts'

const base = '/account'

type Notes = { readonly notice?: string | undefined; readonly fault?: string | undefined }

const status = (text: string | undefined): Html | '' =>
  text === undefined ? '' : html`<p class="notice" role="status">${text}</p>`

const button = (action: string, label: string, kind = 'primary'): Html => html`
  <form method="post" action="${base}/${action}"><button class="${kind}" type="submit">${label}</button></form>`

const codeField = (words: Words): Html => html`
  <label for="code">${words.code}</label>
  <input id="code" name="code" autocomplete="one-time-code" required maxlength="40" />`

export type Overview = Notes & {
  readonly email: string
  readonly isVerified: boolean
  readonly secondStep: boolean
  readonly recoveryCodes: number
  readonly passkeys: readonly { readonly id: string; readonly name: string }[]
}

const emailPart = (words: Words, { email, isVerified }: Overview): Html => html`
  <section>
    <form method="post" action="${base}/email">
      <label for="email">${words.newEmail}</label>
      <input id="email" name="email" type="email" autocomplete="username" required maxlength="254" value="${email}"
        aria-describedby="verified" />
      <p class="hint muted" id="verified">${isVerified ? words.emailVerified : words.emailUnverified}</p>
      <button type="submit">${isVerified ? words.changeEmail : words.confirmEmail}</button>
    </form>
  </section>`

const passwordPart = (words: Words): Html => html`
  <section>
    <form method="post" action="${base}/password">
      <label for="password">${words.newPassword}</label>
      <input id="password" name="password" type="password" autocomplete="new-password" required minlength="8"
        aria-describedby="hint" />
      <p class="hint muted" id="hint">${words.passwordHint} ${words.changePasswordHint}</p>
      <button type="submit">${words.changePassword}</button>
    </form>
  </section>`

const secondStepPart = (words: Words, { secondStep, recoveryCodes }: Overview): Html => html`
  <section>
    <h2>${words.secondStep}</h2>
    <p>${secondStep ? words.secondStepOn.replace('{count}', String(recoveryCodes)) : words.secondStepOff}</p>
    ${
      secondStep
        ? html`${button('recovery-codes', words.newRecoveryCodes, 'quiet')}${button('remove-app', words.turnOff, 'quiet')}`
        : button('app', words.setUpApp, 'quiet')
    }
  </section>`

const passkeysPart = (words: Words, { passkeys }: Overview): Html => html`
  <section>
    <h2>${words.passkeys}</h2>
    ${passkeys.length === 0 ? html`<p>${words.passkeysNone}</p>` : ''}
    ${passkeys.map(
      ({ id, name }) => html`
      <form method="post" action="${base}/remove-passkey">
        <input type="hidden" name="id" value="${id}" />
        <button class="quiet" type="submit">${words.removePasskey.replace('{name}', name)}</button>
      </form>`,
    )}
    ${button('add-passkey', words.addPasskey, 'quiet')}
  </section>`

const dataPart = (words: Words): Html => html`
  <section>
    <h2>${words.yourData}</h2>
    <p><a href="${base}/export" download="holdfast-account.json">${words.exportData}</a></p>
    <p>${words.deleteLead}</p>
    <form method="post" action="${base}/delete">
      <label for="confirm">${words.deleteConfirm}</label>
      <input id="confirm" name="email" type="email" autocomplete="off" required maxlength="254" />
      <button class="danger" type="submit">${words.deleteAccount}</button>
    </form>
  </section>`

/** What can be changed of an account. */
export const accountPage = (words: Words, state: Overview, appUrl: string): Html =>
  layout(
    words,
    words.accountTitle,
    html`
    <h1>${words.accountTitle}</h1>
    ${status(state.notice)}${alert(state.fault)}
    ${emailPart(words, state)}${passwordPart(words)}${secondStepPart(words, state)}${passkeysPart(words, state)}${dataPart(words)}
    ${button('leave', words.leaveAccount, 'quiet')}
    <p class="other"><a href="${appUrl}/">${words.back}</a></p>`,
  )

/** Asks for the code that went to a new e-mail. */
export const emailCodePage = (words: Words, email: string, ticket: string, fault?: string): Html =>
  layout(
    words,
    words.confirmEmail,
    html`
    <h1>${words.confirmEmail}</h1>
    <p>${words.emailCodeLead.replace('{email}', email)}</p>
    ${alert(fault)}
    <form method="post" action="${base}/email-code">
      <input type="hidden" name="ticket" value="${ticket}" />
      ${codeField(words)}
      <button class="primary" type="submit">${words.confirmEmail}</button>
    </form>
    <p class="other"><a href="${base}">${words.cancel}</a></p>`,
  )

/** What an authenticator app has to be told, and the first code that it shows. */
export const appPage = (
  words: Words,
  { secret, address, fault }: { readonly secret: string; readonly address: string; readonly fault?: string },
): Html =>
  layout(
    words,
    words.setUpApp,
    html`
    <h1>${words.setUpApp}</h1>
    <p>${words.appLead}</p>
    <div class="qr">${raw(encodeQR(address, 'svg'))}</div>
    <p>${words.appKey}: <code>${secret}</code></p>
    ${alert(fault)}
    <form method="post" action="${base}/confirm-app">
      ${codeField(words)}
      <button class="primary" type="submit">${words.turnOn}</button>
    </form>
    <p class="other"><a href="${base}">${words.cancel}</a></p>`,
  )

/** The recovery codes, this one time. */
export const recoveryPage = (words: Words, codes: readonly string[]): Html =>
  layout(
    words,
    words.recoveryTitle,
    html`
    <h1>${words.recoveryTitle}</h1>
    <p>${words.recoveryLead}</p>
    <ul class="codes">${codes.map((code) => html`<li><code>${code}</code></li>`)}</ul>
    <p><a href="${base}">${words.recoveryDone}</a></p>`,
  )
