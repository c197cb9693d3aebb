import { useLayoutEffect, useRef } from 'preact/hooks'
import { t } from '../../../app/ui/language.ts'
import type { Popup } from '../state/popup.ts'

const Editor = ({ popup, text }: { readonly popup: Popup; readonly text: string }) => {
  const field = useRef<HTMLTextAreaElement>(null)
  useLayoutEffect(() => {
    field.current?.focus()
    field.current?.setSelectionRange(text.length, text.length)
  }, [])
  const save = (event: Event): void => {
    event.preventDefault()
    void popup.saveDraft()
  }
  return (
    <form class="quick" onSubmit={save}>
      <textarea
        ref={field}
        rows={5}
        aria-label={t.quickNote}
        placeholder={t.quickNoteHint}
        value={text}
        onInput={(event) => popup.writeDraft(event.currentTarget.value)}
        onKeyDown={(event) => {
          if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) save(event)
        }}
      />
      {popup.saveFailed.value && (
        <p class="trouble" role="alert">
          {t.storageFailed}
        </p>
      )}
      <div class="buttons">
        <button type="button" class="quiet small" onClick={() => popup.dropDraft()}>
          {t.cancel}
        </button>
        <button type="submit" class="primary small">
          {t.saveNote}
        </button>
      </div>
    </form>
  )
}

const Begin = ({ popup, focus }: { readonly popup: Popup; readonly focus: boolean }) => {
  const button = useRef<HTMLButtonElement>(null)
  useLayoutEffect(() => {
    if (focus) button.current?.focus()
  }, [])
  return (
    <div class="actions">
      <button ref={button} type="button" onClick={() => popup.writeDraft('')}>
        {t.quickNote}
      </button>
    </div>
  )
}

/** A note on the way: it survives the popup's closing for two minutes. Afterwards the focus is where it began. */
export const QuickNote = ({ popup }: { readonly popup: Popup }) => {
  const text = popup.draft.value
  const wrote = useRef(false)
  if (text !== undefined) wrote.current = true
  return text === undefined ? <Begin popup={popup} focus={wrote.current} /> : <Editor popup={popup} text={text} />
}
