import { useEffect, useRef, useState } from 'preact/hooks'
import { countWords, isBlank } from '../../notebook/note.ts'
import { closeAi } from '../state/ai-actions.ts'
import { takePasted } from '../state/attach.ts'
import { useApp } from '../state/context.ts'
import { places } from '../state/focus.ts'
import { useCaret } from '../ui/caret.ts'
import { fullTime } from '../ui/format.ts'
import { language, locale, t } from '../ui/language.ts'
import { counted, fill } from '../ui/words.ts'
import { AiPanel } from './ai-panel.tsx'
import { FileList } from './files.tsx'
import { Preview } from './preview.tsx'
import { PrintText } from './print-text.tsx'
import { SheetTools } from './sheet-tools.tsx'
import { Suggestion } from './suggestion.tsx'
import { TagsField } from './tags-field.tsx'
import { TrashBar } from './trash.tsx'

/** How long after the last key words are counted, in milliseconds. */
const COUNTED_AFTER = 300
/** Longer texts are counted by their spaces, in characters. */
const COUNTED_WELL = 200_000

const WordCount = ({ text }: { readonly text: string }) => {
  const [count, setCount] = useState<number>()
  useEffect(() => {
    const timer = setTimeout(
      () => setCount(text.length > COUNTED_WELL ? text.split(/\s+/u).length : countWords(text)),
      COUNTED_AFTER,
    )
    return () => clearTimeout(timer)
  }, [text])
  return count === undefined || count === 0 ? null : <> · {counted(language, 'words', count)}</>
}

/** The writing surface for the open note. Its key is the note's id, so that undoing never reaches into another note. */
export const Editor = () => {
  const app = useApp()
  const { notebook, preview } = app
  const note = notebook.open.value
  const blank = isBlank(note)
  const readOnly = notebook.condition.value?.isNewer === true || note.trashedAt !== null
  const title = useRef<HTMLInputElement>(null)
  const body = useRef<HTMLTextAreaElement>(null)
  useCaret(title, note.title)
  useCaret(body, note.body)
  useEffect(() => {
    if (blank) body.current?.focus({ preventScroll: true })
  }, [])
  const onTitleKey = (event: KeyboardEvent) => {
    if (event.key !== 'Enter' || event.isComposing || event.ctrlKey || event.metaKey) return
    event.preventDefault()
    body.current?.focus()
  }
  const onKey = (event: KeyboardEvent) => {
    if (event.key === 'Escape' && !event.isComposing) closeAi(app)
  }
  const takeFiles = (event: Event, data: DataTransfer | null): void => {
    if (!readOnly && takePasted(app, data)) event.preventDefault()
  }
  return (
    <article
      class={preview.value ? 'sheet with-preview' : 'sheet'}
      aria-label={t.note}
      onCompositionStart={() => notebook.compose(true)}
      onCompositionEnd={() => notebook.compose(false)}
      onKeyDown={onKey}
      onPaste={(event) => takeFiles(event, event.clipboardData)}
      onDrop={(event) => takeFiles(event, event.dataTransfer)}
    >
      <TrashBar />
      <div class="sheet-head">
        {/* On paper alone: a field would cut a long title off. */}
        <h2 class="print-title">{note.title}</h2>
        <input
          id={places.title}
          ref={title}
          class="sheet-title"
          type="text"
          aria-label={t.title}
          placeholder={t.title}
          autocomplete="off"
          value={note.title}
          readOnly={readOnly}
          onInput={(event) => notebook.edit({ title: event.currentTarget.value })}
          onKeyDown={onTitleKey}
        />
        <div class="sheet-meta">
          <p class="sheet-time muted">
            {blank ? t.notYetSaved : fill(t.edited, { time: fullTime(locale, note.updatedAt) })}
            <WordCount text={note.body} />
          </p>
          {!readOnly && <SheetTools />}
        </div>
        {!readOnly && <AiPanel />}
        {!blank && <TagsField readOnly={readOnly} />}
      </div>
      <div class="sheet-main">
        <textarea
          id={places.body}
          ref={body}
          class="sheet-body"
          aria-label={t.note}
          placeholder={app.sync.state.value.stage === 'on' ? t.writeSynced : t.writeSomething}
          value={note.body}
          readOnly={readOnly}
          onInput={(event) => notebook.edit({ body: event.currentTarget.value })}
        />
        {preview.value ? <Preview /> : <PrintText text={note.body} />}
      </div>
      <Suggestion readOnly={readOnly} />
      <FileList readOnly={readOnly} />
    </article>
  )
}
