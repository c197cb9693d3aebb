import { useSignal } from '@preact/signals'
import type { ComponentChildren } from 'preact'
import { useId, useRef } from 'preact/hooks'
import type { WordsProblem } from '../../kit/client.ts'
import { cleanWords, problemWords, replaceWord } from '../state/recovery-words.ts'
import type { WordsOutcome } from '../state/sync.ts'
import { failureWords } from '../state/sync-words.ts'
import { ErrorCode } from '../ui/error-code.tsx'
import { t } from '../ui/language.ts'
import { fill } from '../ui/words.ts'
import { ReadCode } from './read-code.tsx'
import { Scanner } from './scanner.tsx'

type Wrong = Exclude<WordsOutcome, { type: 'done' }>

type Props = {
  /** What is done with the words. */
  readonly submit: string
  readonly submitting?: string
  /** Takes the words; what is wrong with them comes back. */
  onWords(words: string): Promise<Wrong | undefined>
  /** More buttons, after those of the field. */
  readonly children: ComponentChildren
}

type Similar = { readonly problem: WordsProblem; replace(at: number, by: string): void }

/** Words that differ by a letter from one that is unknown: one press puts them right. */
const SimilarWords = ({ problem, replace }: Similar) => {
  if (problem.type !== 'unknown-words') return null
  const all = problem.words.flatMap(({ at, similar }) => similar.map((word) => ({ at, word })))
  if (all.length === 0) return null
  return (
    <p class="notice-actions">
      {all.map(({ at, word }) => (
        <button key={`${at} ${word}`} type="button" class="small" onClick={() => replace(at, word)}>
          {fill(t.wordsReplace, { at, word })}
        </button>
      ))}
    </p>
  )
}

/** The 12 words, by typing, pasting, a picture or the camera. They are in the field alone, and go with it. */
export const WordsField = ({ submit, submitting = submit, onWords, children }: Props) => {
  const id = useId()
  const field = useRef<HTMLTextAreaElement>(null)
  const scans = useSignal(false)
  const busy = useSignal(false)
  const wrong = useSignal<Wrong | undefined>(undefined)
  const unread = useSignal(false)
  const lines = useSignal<readonly string[]>([])

  const tryWords = async (typed: string) => {
    unread.value = false
    busy.value = true
    const found = await onWords(cleanWords(typed))
    busy.value = false
    wrong.value = found
    lines.value = found?.type === 'wrong' ? problemWords(typed, found.problem) : []
    if (found !== undefined) field.current?.focus()
  }
  const take = (words: string) => {
    scans.value = false
    // The field is back on the page in the next turn.
    setTimeout(() => {
      if (field.current !== null) field.current.value = words
      void tryWords(words)
    }, 0)
  }
  const takeRead = (words: string | undefined) => {
    unread.value = words === undefined
    if (words !== undefined) take(words)
  }
  const replace = (at: number, by: string) => {
    if (field.current === null) return
    field.current.value = replaceWord(field.current.value, at, by)
    void tryWords(field.current.value)
  }
  if (scans.value) return <Scanner onRead={take} onClose={() => (scans.value = false)} />
  const now = wrong.value
  return (
    <form
      class="pair-form"
      onSubmit={(event) => {
        event.preventDefault()
        void tryWords(field.current?.value ?? '')
      }}
    >
      <label>
        {t.wordsField}
        <textarea
          ref={field}
          class="words-field"
          rows={3}
          required
          maxLength={1000}
          autocomplete="off"
          autocapitalize="none"
          spellcheck={false}
          aria-invalid={now?.type === 'wrong'}
          aria-describedby={`${id}-wrong`}
        />
      </label>
      <div role="status" id={`${id}-wrong`}>
        {unread.value && <p>{t.joinNoCode}</p>}
        {!unread.value && lines.value.map((line) => <p key={line}>{line}</p>)}
        {!unread.value && now?.type === 'failed' && (
          <>
            <p>{failureWords(now.code, 'wordsFailed')}</p>
            <ErrorCode code={now.code} />
          </>
        )}
      </div>
      {now?.type === 'wrong' && <SimilarWords problem={now.problem} replace={replace} />}
      <div class="buttons">
        <button type="submit" class="primary" disabled={busy.value}>
          {busy.value ? submitting : submit}
        </button>
        <ReadCode disabled={busy.value} onScan={() => (scans.value = true)} onRead={takeRead} />
        {children}
      </div>
    </form>
  )
}
