/** What the provider's own pages say, in the languages of the app. */
const english = {
  language: 'en',
  signIn: 'Sign in',
  createAnAccount: 'Create an account',
  createAccount: 'Create account',
  email: 'E-mail',
  password: 'Password',
  passwordHint: 'At least 8 characters. A few words you can remember are best.',
  cancel: 'Cancel',
  signInLead: 'With your Holdfast account.',
  createLead: 'Your notes stay on your device either way.',
  noAccount: 'No account yet?',
  haveAccount: 'You have an account?',
  wrong: 'E-mail or password is wrong.',
  emailInvalid: 'This is not an e-mail address.',
  emailTaken: 'There is already an account with this e-mail. Sign in instead.',
  tooShort: 'The password needs at least 8 characters.',
  tooLong: 'The password can have 256 characters at most.',
  common: 'This password is among the most common ones. Choose another.',
  wait: 'Too many attempts. Try again in {seconds} seconds.',
  expiredTitle: 'This sign-in has expired',
  expired: 'Go back to Holdfast and start again.',
  back: 'Back to Holdfast',
  failedTitle: 'This sign-in cannot go on',
  failed: 'The request was not one that this server can answer. Nothing was changed.',
  consentTitle: 'Allow access?',
  consent: 'asks to know who you are.',
  allow: 'Allow',
  continue: 'Continue',
} as const

export type Words = { readonly [K in keyof typeof english]: string }

const german: Words = {
  language: 'de',
  signIn: 'Anmelden',
  createAnAccount: 'Konto anlegen',
  createAccount: 'Konto anlegen',
  email: 'E-Mail',
  password: 'Passwort',
  passwordHint: 'Mindestens 8 Zeichen. Am besten ein paar Wörter, die du dir merken kannst.',
  cancel: 'Abbrechen',
  signInLead: 'Mit deinem Holdfast-Konto.',
  createLead: 'Deine Notizen bleiben so oder so auf deinem Gerät.',
  noAccount: 'Noch kein Konto?',
  haveAccount: 'Du hast ein Konto?',
  wrong: 'E-Mail oder Passwort ist falsch.',
  emailInvalid: 'Das ist keine E-Mail-Adresse.',
  emailTaken: 'Zu dieser E-Mail gibt es schon ein Konto. Melde dich damit an.',
  tooShort: 'Das Passwort braucht mindestens 8 Zeichen.',
  tooLong: 'Das Passwort darf höchstens 256 Zeichen haben.',
  common: 'Dieses Passwort gehört zu den häufigsten. Nimm ein anderes.',
  wait: 'Zu viele Versuche. Versuche es in {seconds} Sekunden wieder.',
  expiredTitle: 'Diese Anmeldung ist abgelaufen',
  expired: 'Geh zurück zu Holdfast und beginne von vorn.',
  back: 'Zurück zu Holdfast',
  failedTitle: 'Diese Anmeldung kann nicht weitergehen',
  failed: 'Diese Anfrage kann der Server nicht beantworten. Es wurde nichts geändert.',
  consentTitle: 'Zugriff erlauben?',
  consent: 'möchte wissen, wer du bist.',
  allow: 'Erlauben',
  continue: 'Weiter',
}

/** The language that the browser puts first among ours (`Accept-Language`, RFC 9110 §12.5.4). */
export const wordsFor = (acceptLanguage: string | undefined): Words => {
  const wanted = (acceptLanguage ?? '').split(',').map((part) => part.trim().slice(0, 2).toLowerCase())
  return wanted.find((language) => language === 'de' || language === 'en') === 'de' ? german : english
}
