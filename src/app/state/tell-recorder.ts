import { t } from '../ui/language.ts'
import type { Notices } from './notices.ts'
import type { RecorderFailure } from './recorder.ts'

const words: { readonly [F in RecorderFailure]: string } = {
  refused: t.microphoneRefused,
  missing: t.microphoneMissing,
  unavailable: t.microphoneUnavailable,
  storage: t.recordingNotStored,
}

/** Tells why nothing is recorded, or no more. */
export const tellRecorder = (notices: Notices, failure: RecorderFailure): void =>
  notices.show({ kind: 'files', tone: 'error', text: words[failure], code: `RECORDER_${failure.toUpperCase()}` })
