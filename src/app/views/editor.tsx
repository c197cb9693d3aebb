import { useEffect, useRef } from 'preact/hooks'
import { isBlank } from '../../notebook/note.ts'
import { deleteNote } from '../state/actions.ts'
import { useApp } from '../state/context.ts'
import { places } from '../state/focus.ts'
import { useCaret } from '../ui/caret.ts'
import { fullTime } from '../ui/format.ts'
import { TrashIcon } from '../ui/icons.tsx'
import { locale, t } from '../ui/language.ts'
import { fill } from '../ui/words.ts'
import { Pictures } from './pictures.tsx'

/** The writing surface for the open note. Its key is the note's id, so that undoing never reaches into another note. */
export const Editor = () => {
  const app = useApp()
  const { notebook } = app
  const note = notebook.open.value
  const blank = isBlank(note)
  const readOnly = notebook.condition.value?.isNewer === true
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
  return (
    <article
      class="sheet"
      aria-label={t.note}
      onCompositionStart={() => notebook.compose(true)}
      onCompositionEnd={() => notebook.compose(false)}
    >
      <div class="sheet-head">
        <input
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
        {!blank && !readOnly && (
          <button
            type="button"
            class="quiet icon-only delete"
            aria-label={t.deleteNote}
            title={t.deleteNote}
            onClick={() => void deleteNote(app)}
          >
            <TrashIcon />
          </button>
        )}
        <p class="sheet-time muted">
          {blank ? t.notYetSaved : fill(t.edited, { time: fullTime(locale, note.updatedAt) })}
        </p>
      </div>
      <textarea
        id={places.body}
        ref={body}
        class="sheet-body"
        aria-label={t.note}
        placeholder={t.writeSomething}
        value={note.body}
        readOnly={readOnly}
        onInput={(event) => notebook.edit({ body: event.currentTarget.value })}
      />
      <Pictures />
    </article>
  )
}
