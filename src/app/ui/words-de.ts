import type { en } from './words-en.ts'

export const de: { readonly [Key in keyof typeof en]: string } = {
  title: 'Titel',
  note: 'Notiz',
  notes: 'Notizen',
  newNote: 'Neue Notiz',
  searchNotes: 'Notizen durchsuchen',
  search: 'Suchen',
  settings: 'Einstellungen',
  back: 'Zurück',
  backToNotes: 'Zurück zu den Notizen',
  status: 'Status',
  untitled: 'Ohne Titel',
  writeSomething: 'Schreiben Sie etwas. Es bleibt auf diesem Gerät.',
  deleteNote: 'Notiz löschen',
  noteDeleted: 'Notiz gelöscht.',
  undo: 'Rückgängig',
  edited: 'Bearbeitet {time}',
  notYetSaved: 'Neu',
  noNotes: 'Hier stehen bald Ihre Notizen.',
  nothingFound: 'Keine Notiz enthält diese Wörter.',
  notesCountOne: '{count} Notiz',
  notesCountOther: '{count} Notizen',
  loading: 'Ihre Notizen werden geöffnet …',
  pageNotFound: 'Unter dieser Adresse gibt es keine Seite.',

  saved: 'Hier gespeichert',
  saving: 'Speichert …',
  offline: 'Offline: hier gespeichert',
  needsYou: 'Bitte ansehen',

  signIn: 'Anmelden',
  signOut: 'Abmelden',
  cancel: 'Abbrechen',
  tryAgain: 'Nochmals versuchen',
  dismiss: 'Ausblenden',
  close: 'Schließen',
  copy: 'Kopieren',
  copied: 'Kopiert',
  copyText: 'Text kopieren',
  copyFailed: 'Bitte markieren und kopieren',
  reload: 'Neu laden',
  errorCode: 'Code',

  account: 'Konto',
  accountAnonymous:
    'Zum Schreiben brauchen Sie kein Konto. Mit einer Anmeldung wird dieser Browser ein Gerät Ihres Kontos; Ihre Notizen bleiben hier.',
  accountStarting: 'Ihre Sitzung wird gesucht …',
  accountUnavailable:
    'Die Anmeldung braucht einen Service Worker, und dieser Browser führt hier keinen aus. Ihre Notizen gehen wie bisher.',
  accountSigningIn: 'Die Anmeldung läuft …',
  accountExpired: 'Melden Sie sich wieder an. Ihre Notizen sind auf diesem Gerät sicher.',
  expiredRevoked: 'Ihre Sitzung wurde beim Anbieter oder auf einem anderen Gerät beendet.',
  expiredExpired: 'Ihre Sitzung ist abgelaufen.',
  expiredDeviceRemoved: 'Dieses Gerät wurde aus dem Konto entfernt.',
  expiredVaultLost: 'Der Browser hat nicht mehr, was Ihre Sitzung öffnet.',
  signedInAs: 'Angemeldet als',
  provider: 'Anbieter',
  providerMain: 'Holdfast-Konto',
  thisDeviceName: 'Dieses Gerät',
  pendingSignOutsOne: '{count} Abmeldung geht an den Anbieter, sobald das Netz wieder da ist.',
  pendingSignOutsOther: '{count} Abmeldungen gehen an den Anbieter, sobald das Netz wieder da ist.',
  opening: 'Die Anmeldung wird geöffnet …',
  signingOut: 'Wird abgemeldet …',

  security: 'Sicherheit',
  grade: 'Schutz',
  gradeSealed: 'Versiegelt',
  gradeSealedText: 'Nur der Service Worker kann Ihre Sitzung öffnen. Ein Skript auf dieser Seite kann sie nicht lesen.',
  gradeIsolated: 'Getrennt',
  gradeIsolatedText: 'Ihre Sitzung liegt bei der Erweiterung selbst. Keine Webseite hat dort Zutritt.',
  gradeMemory: 'Nur im Speicher',
  gradeMemoryText:
    'Dieser Server kann Ihre Sitzung nicht versiegeln, darum bleibt sie nur im Arbeitsspeicher. Wenn der Browser den Worker beendet, melden Sie sich neu an.',
  gradeNone: 'Keine Sitzung',
  gradeNoneText: 'Ohne Service Worker gibt es hier keine Sitzung, also auch kein Token zu schützen.',
  tokensAtRest: 'Ruhende Token',
  atRestSealed:
    'Verschlüsselt in der Datenbank dieses Browsers. Die Hälfte des Schlüssels erhält nur der Service Worker.',
  atRestIsolated:
    'Verschlüsselt in der eigenen Datenbank der Erweiterung, mit einem Schlüssel, der nicht exportiert werden kann.',
  atRestMemory: 'Nirgends. Sie sind nur im Arbeitsspeicher des Service Workers.',
  atRestNone: 'Es gibt keine.',
  limits: 'Was diesem Anbieter fehlt',
  limitBearer:
    'Zugriffstoken sind nicht an diesen Browser gebunden: Eines, das hinausgelangt, wäre bis zu seinem Ablauf anderswo brauchbar.',
  limitNoRefresh: 'Sitzungen lassen sich nicht verlängern: Sie melden sich neu an, wenn diese abläuft.',
  limitNoRevocation: 'Eine Abmeldung beendet die Sitzung hier, kann dem Anbieter aber nicht gemeldet werden.',
  limitCodeInAddress:
    'Die Antwort einer Anmeldung kommt in einer Adresse. Holdfast nimmt sie heraus, bevor eine Seite sie sieht.',
  limitNoPar: 'Was eine Anmeldung verlangt, steht in der Adresse des Anbieters.',
  protocol: 'Protokollversion {version}',

  thisDevice: 'Dieses Gerät',
  storedNotes: 'Notizen',
  storageUsed: 'Belegter Platz',
  storageOf: '{used} von {quota} verfügbar',
  storageUnknown: 'Der Browser sagt es nicht.',
  storageProtection: 'Speicher',
  protectStorage: 'Speicher schützen',
  protectAsk:
    'Der Browser darf Ihre Notizen löschen, wenn der Platz knapp wird. Ein privates Fenster vergisst sie, wenn es geschlossen wird.',
  protectYes: 'Geschützt. Der Browser löscht Ihre Notizen nicht von sich aus.',
  protectNo:
    'Der Browser hat vorerst abgelehnt. Oft stimmt er zu, wenn Holdfast installiert oder eine Weile benutzt wurde: Fragen Sie dann noch einmal.',
  protectNever: 'Dieser Browser kann Speicher nicht schützen.',
  keyboard: 'Tastatur',
  showKeys: 'Tasten anzeigen',

  signOutText: 'Dieses Gerät vergisst Ihre Sitzung, und der Anbieter wird angewiesen, sie zu beenden.',
  signOutNotes: 'Ihre Notizen auf diesem Gerät',
  keepNotes: 'Notizen auf diesem Gerät behalten',
  deleteNotes: 'Notizen von diesem Gerät löschen',
  deleteNotesText: 'Sie lassen sich nicht zurückholen.',
  signedOutElsewhere: 'Sie haben sich in einem anderen Tab abgemeldet.',

  updateTitle: 'Neue Version bereit',
  updateText: 'Alles Geschriebene wird zuerst gespeichert, in jedem Tab.',
  update: 'Aktualisieren',
  updating: 'Wird aktualisiert …',
  later: 'Später',

  signInInterrupted: 'Die Anmeldung wurde unterbrochen. Versuchen Sie es noch einmal.',
  signInCancelled: 'Die Anmeldung wurde abgebrochen. Es hat sich nichts geändert.',
  signInMismatch: 'Wir haben diese Anmeldung gestoppt, weil die Antwort nicht dazu gehörte.',
  signInExpired: 'Die Anmeldung hat zu lange gedauert. Versuchen Sie es noch einmal.',
  signInRefused: 'Der Anbieter hat diese Anmeldung nicht zugelassen. Versuchen Sie es noch einmal.',
  signInUnavailable: 'Der Anbieter antwortet nicht. Versuchen Sie es noch einmal.',
  signInFailed:
    'Die Anmeldung ist nicht gelungen. Es hat sich nichts geändert, Ihre Notizen sind sicher. Versuchen Sie es noch einmal.',
  workerUnavailable:
    'Der Service Worker hat nicht geantwortet. Ihre Notizen sind sicher. Laden Sie die Seite neu, dann versuchen Sie es noch einmal.',
  deleteNotesFailed:
    'Sie sind abgemeldet, aber die Notizen ließen sich nicht löschen. Laden Sie neu, dann versuchen Sie es noch einmal.',
  signOutFailed: 'Die Abmeldung ist nicht gelungen. Sie sind noch angemeldet. Versuchen Sie es noch einmal.',
  versionsDiffer:
    'Holdfast wurde aktualisiert, während diese Seite offen war. Ihre Notizen sind gespeichert. Laden Sie die Seite neu.',
  updateFailed: 'Die neue Version konnte nicht übernehmen. Ihre Notizen sind sicher. Versuchen Sie es später.',

  storageFull:
    'Für diese Notiz ist kein Platz mehr. Der Text bleibt auf dem Bildschirm: Kopieren Sie ihn, dann schaffen Sie Platz.',
  storageClosed:
    'Ein anderer Tab oder der Browser hat die Notizen geschlossen. Der Text bleibt auf dem Bildschirm: Kopieren Sie ihn, dann laden Sie neu.',
  storageBlocked:
    'Dieser Browser lässt Holdfast hier keine Notizen speichern. Der Text bleibt auf dem Bildschirm: Kopieren Sie ihn.',
  storageFailed:
    'Diese Notiz ließ sich nicht speichern. Der Text bleibt auf dem Bildschirm: Kopieren Sie ihn, um ihn zu behalten.',

  storageNewer:
    'Hier lief schon eine neuere Version von Holdfast. Sie können Ihre Notizen lesen und nach der Aktualisierung wieder schreiben.',
  custodyNewer:
    'Hier lief schon eine neuere Version von Holdfast. Ihre Sitzung ist nach der Aktualisierung wieder da; bis dahin gilt eine nur im Arbeitsspeicher.',
  storageUnreadable:
    'Die Notizen auf diesem Gerät ließen sich nicht lesen. Vielleicht sind sie noch da: Versuchen Sie es noch einmal.',
  findUpdate: 'Aktualisierung suchen',
  notesMissing:
    'Auf diesem Gerät waren Notizen, und sie sind weg: Der Browser hat seinen Speicher geleert oder repariert. Was Sie jetzt schreiben, wird wie bisher gespeichert.',
  restoreNotes: 'Zurückholen, was diese Seite noch hat ({count})',
  notesDamaged:
    'Einige Notizen auf diesem Gerät sind beschädigt. Was lesbar ist, wird gezeigt; sichern Sie eine Kopie, bevor Sie etwas ändern.',
  saveDamaged: 'Kopie sichern',

  keys: 'Tasten',
  keySearch: 'Notizen durchsuchen',
  keyNew: 'Neue Notiz',
  keyClose: 'Notiz speichern und schließen',
  keyKeys: 'Diese Liste zeigen',
  keyEscape: 'Suche leeren, Fenster schließen',

  clipPage: 'Seite sichern',
  quickNote: 'Kurznotiz',
  quickNoteHint: 'Schreiben Sie etwas. Es bleibt auf diesem Gerät.',
  saveNote: 'Notiz speichern',
  noteSaved: 'Notiz gespeichert.',
  recentNotes: 'Neueste Notizen',
  signInToSync: 'Zum Abgleichen anmelden',
  signInAgain: 'Neu anmelden',
  waitingElsewhere: 'Die Anmeldung wartet im anderen Fenster',
  show: 'Zeigen',
  openHoldfast: 'Holdfast öffnen',
  extensionDescription:
    'Ein Notizbuch, das auf diesem Gerät bleibt: schreiben, Seiten sichern, und nur anmelden, wenn Sie wollen.',
}
