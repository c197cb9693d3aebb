import { useEffect, useRef } from 'preact/hooks'
import { t } from '../../../app/ui/language.ts'
import type { Popup } from '../state/popup.ts'

const Editor = ({ popup, text }: { readonly popup: Popup; readonly text: string }) => {
  const field = useRef<HTMLTextAreaElement>(null)
  useEffect(() => {
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

/** A note on the way: it survives the popup's closing for two minutes. */
export const QuickNote = ({ popup }: { readonly popup: Popup }) => {
  const text = popup.draft.value
  if (text !== undefined) return <Editor popup={popup} text={text} />
  return (
    <div class="actions">
      <button type="button" onClick={() => popup.writeDraft('')}>
        {t.quickNote}
      </button>
    </div>
  )
}
