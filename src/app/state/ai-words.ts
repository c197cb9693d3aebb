import type { AiCode, AiFailure } from '../../ai/failure.ts'
import type { TaskKind } from '../../ai/tasks.ts'
import { locale, t } from '../ui/language.ts'
import { fill } from '../ui/words.ts'
import type { Run } from './ai-runs.ts'

const failures: { readonly [C in AiCode]: string } = {
  AI_OFFLINE: t.aiOffline,
  AI_UNREACHABLE: t.aiUnreachable,
  AI_KEY_REFUSED: t.aiKeyRefused,
  AI_BUSY: t.aiBusy,
  AI_MODEL_UNKNOWN: t.aiModelUnknown,
  AI_TOO_LONG: t.aiTooLong,
  AI_REFUSED: t.aiRefused,
  AI_DOWN: t.aiDown,
  AI_CUT: t.aiCut,
  AI_UNREADABLE: t.aiUnreadable,
  AI_EMPTY: t.aiEmpty,
  AI_WITHHELD: t.aiWithheld,
  AI_NO_WORKER: t.aiNoWorker,
}

/** A time to wait, as one says it: in seconds, or in minutes once these are many. */
const waiting = (seconds: number): string => {
  const [value, unit] = seconds < 120 ? ([seconds, 'second'] as const) : ([Math.ceil(seconds / 60), 'minute'] as const)
  return new Intl.NumberFormat(locale, { style: 'unit', unit, unitDisplay: 'long' }).format(value)
}

/** What an AI failed at, in words: what happened, that the note is safe, and what to do. */
export const failureText = ({ code, after }: AiFailure, who: string): string =>
  code === 'AI_BUSY' && after !== undefined
    ? fill(t.aiBusyUntil, { who, time: waiting(after) })
    : fill(failures[code], { who })

/** What an ending means that is a failure without having been told as one. */
export const failureOf = ({ how, failure }: Run): AiFailure | undefined =>
  how === 'withheld' ? { code: 'AI_WITHHELD' } : failure

/** What stands over a suggestion. */
export const suggestionTitles: { readonly [K in TaskKind | 'transcript']: string } = {
  title: t.suggestedTitle,
  summary: t.suggestedSummary,
  rewrite: t.suggestedRewrite,
  draft: t.suggestedDraft,
  transcript: t.suggestedTranscript,
}

/** How far a suggestion is. */
export const stateText = ({ state, kind, how, failure }: Run): string => {
  if (state === 'waiting') return kind === 'transcript' ? t.aiListening : t.aiWaiting
  if (state === 'writing') return t.aiWriting
  if (state === 'accepted') return t.aiAccepted
  if (how === 'stopped') return t.aiStopped
  if (how === 'limit') return t.aiLimit
  return failure === undefined && how === 'complete' ? t.aiReady : ''
}
