import { useSignal } from '@preact/signals'
import { useId, useRef } from 'preact/hooks'
import { displayedTitle } from '../../notebook/heading.ts'
import { draft } from '../state/ai-actions.ts'
import { draftable, matching } from '../state/ai-draft.ts'
import type { App } from '../state/app.ts'
import { useApp } from '../state/context.ts'
import { shortDate } from '../ui/format.ts'
import { language, locale, t } from '../ui/language.ts'
import { Modal } from '../ui/modal.tsx'
import { counted, fill } from '../ui/words.ts'

/** More are not listed: one finds them by searching. */
const LISTED = 50

const Content = ({ app, close }: { readonly app: App; close(): void }) => {
  const query = useSignal('')
  const chosen = useSignal<ReadonlySet<string>>(new Set())
  const wish = useRef<HTMLTextAreaElement>(null)
  const hasWish = useSignal(false)
  const wishId = useId()
  const notes = draftable(app.notebook.notes.value)
  const found = matching(notes, query.value)
  const toggle = (id: string, isOn: boolean): void => {
    const next = new Set(chosen.peek())
    if (isOn) next.add(id)
    else next.delete(id)
    chosen.value = next
  }
  const start = (): void => {
    const sources = notes.filter(({ id }) => chosen.peek().has(id))
    void draft(app, sources, wish.current?.value ?? '')
  }
  return (
    <>
      <input
        type="search"
        aria-label={t.draftFind}
        placeholder={t.draftFind}
        autocomplete="off"
        onInput={({ currentTarget }) => {
          query.value = currentTarget.value
        }}
      />
      <fieldset class="draft-notes">
        <legend class="visually-hidden">{t.draftNotes}</legend>
        {found.slice(0, LISTED).map((note) => (
          <label key={note.id} class="choice">
            <input
              type="checkbox"
              checked={chosen.value.has(note.id)}
              onChange={({ currentTarget }) => toggle(note.id, currentTarget.checked)}
            />
            <span>
              {displayedTitle(note) || t.untitled} <small class="muted">{shortDate(locale, note.updatedAt)}</small>
            </span>
          </label>
        ))}
        {found.length === 0 && <p class="muted">{t.nothingFound}</p>}
        {found.length > LISTED && <p class="muted fine">{fill(t.draftMore, { count: LISTED })}</p>}
      </fieldset>
      <p class="muted fine" aria-live="polite">
        {counted(language, 'draftChosen', chosen.value.size)}
      </p>
      <label for={wishId}>{t.draftWish}</label>
      <textarea
        id={wishId}
        ref={wish}
        rows={3}
        maxLength={4000}
        placeholder={t.draftWishHint}
        onInput={({ currentTarget }) => {
          hasWish.value = currentTarget.value.trim() !== ''
        }}
      />
      <div class="buttons">
        <button type="button" class="quiet" onClick={close}>
          {t.cancel}
        </button>
        <button type="button" class="primary" disabled={chosen.value.size === 0 || !hasWish.value} onClick={start}>
          {t.draftStart}
        </button>
      </div>
    </>
  )
}

/** Chooses the notes that a document is drafted from, and says what it is to be. */
export const DraftDialog = () => {
  const app = useApp()
  const { dialog } = app
  if (dialog.value !== 'draft') return null
  const close = (): void => {
    if (dialog.peek() === 'draft') dialog.value = undefined
  }
  return (
    <Modal titleId="draft-title" title={t.aiDraft} onClose={close}>
      <Content app={app} close={close} />
    </Modal>
  )
}
