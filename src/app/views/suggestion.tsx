import { useEffect, useRef } from 'preact/hooks'
import type { Way } from '../../ai/accept.ts'
import { titleIn } from '../../ai/tasks.ts'
import { accept, canTakeBack, discard, takeBack, waysOf } from '../state/ai-actions.ts'
import { isComplete, type Run } from '../state/ai-runs.ts'
import { failureOf, failureText, stateText, suggestionTitles } from '../state/ai-words.ts'
import { useApp } from '../state/context.ts'
import { CopyButton } from '../ui/copy-button.tsx'
import { t } from '../ui/language.ts'
import { fill } from '../ui/words.ts'

const wayNames: { readonly [W in Way]: string } = { title: t.useAsTitle, replace: t.replace, insert: t.insert }

/** The same key as in a letter: what went into the note, and the way to take it back. */
const Accepted = ({ run }: { readonly run: Run }) => {
  const app = useApp()
  return (
    <div class="buttons">
      {canTakeBack(run, app.notebook.open.value) && (
        <button type="button" onClick={() => takeBack(app, run)}>
          {t.undo}
        </button>
      )}
      <button type="button" class="quiet" onClick={() => discard(app, run)}>
        {t.close}
      </button>
    </div>
  )
}

const Ended = ({ run, readOnly }: { readonly run: Run; readonly readOnly: boolean }) => {
  const app = useApp()
  const { text } = run
  const ways = readOnly ? [] : waysOf(run, app.notebook.open.value)
  const hasFailed = failureOf(run) !== undefined || run.how === 'stopped'
  return (
    <div class="buttons">
      {ways.map((way, at) => (
        <button
          key={way}
          type="button"
          class={at === 0 && isComplete(run) ? 'primary' : ''}
          onClick={() => void accept(app, run, way)}
        >
          {wayNames[way]}
        </button>
      ))}
      {hasFailed && (
        <button type="button" onClick={() => void app.ai.runs.again(run.noteId)}>
          {t.tryAgain}
        </button>
      )}
      {text !== '' && <CopyButton label={t.copy} text={() => text} />}
      <button type="button" class="quiet" onClick={() => discard(app, run)}>
        {t.discard}
      </button>
    </div>
  )
}

/** What is to be known of a suggestion beside its text. */
const Remarks = ({ run }: { readonly run: Run }) => {
  const { notebook } = useApp()
  const failure = failureOf(run)
  const replaceable = waysOf(run, notebook.open.value).includes('replace')
  return (
    <>
      <p class="suggestion-state" role="status" aria-label={t.suggestion}>
        {stateText(run)}
      </p>
      {failure !== undefined && (
        <div class="notice error suggestion-failure" role="alert">
          {failureText(failure, run.who)}
          <span class="notice-code">
            {t.errorCode} <code>{failure.code}</code> <CopyButton label={t.copy} text={() => failure.code} />
          </span>
        </div>
      )}
      {!run.isWhole && run.state !== 'accepted' && (
        <p class="muted fine">{run.kind === 'draft' ? t.aiParts : t.aiPart}</p>
      )}
      {run.kind === 'rewrite' && run.state === 'ended' && isComplete(run) && !replaceable && (
        <p class="muted fine">{t.aiChanged}</p>
      )}
    </>
  )
}

const isUnderWay = ({ state }: Run): boolean => state === 'waiting' || state === 'writing'

/**
 * What an AI suggests for the open note, under its text: plain text, whatever it holds. Nothing of it is in the note before
 * the person takes it in.
 */
export const Suggestion = ({ readOnly }: { readonly readOnly: boolean }) => {
  const { ai, notebook } = useApp()
  const run = ai.runs.all.value.get(notebook.open.value.id)
  const place = useRef<HTMLElement>(null)
  useEffect(() => {
    if (run?.state === 'waiting') place.current?.scrollIntoView({ block: 'nearest' })
    // What had the focus has gone with what was asked for: it goes to the answer.
    if (run !== undefined && document.activeElement === document.body) place.current?.focus({ preventScroll: true })
  }, [run?.state])
  if (run === undefined) return null
  const shown = run.kind === 'title' ? titleIn(run.text) : run.text
  return (
    <section ref={place} class="suggestion" aria-label={suggestionTitles[run.kind]} tabIndex={-1}>
      <header class="suggestion-head">
        <h2>{suggestionTitles[run.kind]}</h2>
        <span class="muted fine">{fill(t.suggestionFrom, { who: run.who })}</span>
      </header>
      {shown !== '' && run.state !== 'accepted' && (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a long text is scrolled with the keys
        <section class="suggestion-text" aria-label={t.suggestionText} aria-busy={isUnderWay(run)} tabIndex={0}>
          {shown}
        </section>
      )}
      <Remarks run={run} />
      {isUnderWay(run) && (
        <div class="buttons">
          <button type="button" onClick={() => ai.runs.stop(run.noteId)}>
            {t.stopAi}
          </button>
        </div>
      )}
      {run.state === 'ended' && <Ended run={run} readOnly={readOnly} />}
      {run.state === 'accepted' && <Accepted run={run} />}
    </section>
  )
}
