import type { Message } from '../store/outbox.ts'

export type MailLanguage = 'en' | 'de'
type Text = { readonly subject: string; readonly body: string }

const foot = {
  en: 'If that was not you: change your password and look through your devices, at {account}',
  de: 'Wenn Sie das nicht waren: Ändern Sie Ihr Passwort und sehen Sie Ihre Geräte durch, unter {account}',
} as const

const texts = {
  code: {
    en: {
      subject: 'Your Holdfast code: {code}',
      body: 'The code for this e-mail address is {code}. It is good for ten minutes. If you did not ask for it, do nothing.',
    },
    de: {
      subject: 'Ihr Holdfast-Code: {code}',
      body: 'Der Code für diese E-Mail-Adresse ist {code}. Er gilt zehn Minuten. Wenn Sie ihn nicht verlangt haben, tun Sie nichts.',
    },
  },
  unusual: {
    en: { subject: 'A new sign-in to Holdfast', body: 'Someone signed in with {device}, from {address}.' },
    de: {
      subject: 'Eine neue Anmeldung bei Holdfast',
      body: 'Jemand hat sich mit {device} angemeldet, von {address}.',
    },
  },
  password: {
    en: { subject: 'Your Holdfast password was changed', body: 'All devices have to sign in again.' },
    de: { subject: 'Ihr Holdfast-Passwort wurde geändert', body: 'Alle Geräte müssen sich neu anmelden.' },
  },
  email: {
    en: { subject: 'Your Holdfast e-mail was changed', body: 'Your account now has another e-mail address.' },
    de: { subject: 'Ihre E-Mail bei Holdfast wurde geändert', body: 'Ihr Konto hat jetzt eine andere E-Mail-Adresse.' },
  },
  factor: {
    en: { subject: 'The second step of your Holdfast sign-in was changed', body: 'It was added, replaced or removed.' },
    de: {
      subject: 'Der zweite Schritt Ihrer Holdfast-Anmeldung wurde geändert',
      body: 'Er wurde hinzugefügt, ersetzt oder entfernt.',
    },
  },
} as const satisfies Record<string, Record<MailLanguage, Text>>

export type MessageKind = keyof typeof texts

const fill = (text: string, values: Readonly<Record<string, string>>): string =>
  text.replaceAll(/\{(\w+)\}/g, (place, name: string) => values[name] ?? place)

/** A message in the language of who caused it. `account`: the address of the page where the account is managed. */
export const messageOf = (
  kind: MessageKind,
  language: MailLanguage,
  recipient: string,
  values: Readonly<Record<string, string>>,
): Message => {
  const { subject, body } = texts[kind][language]
  const whole = kind === 'code' ? body : `${body}\n\n${foot[language]}`
  return { recipient, subject: fill(subject, values), body: `${fill(whole, values)}\n` }
}
