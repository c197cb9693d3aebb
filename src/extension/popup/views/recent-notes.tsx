import { useEffect } from 'preact/hooks'
import { shortTime } from '../../../app/ui/format.ts'
import { locale, t } from '../../../app/ui/language.ts'
import { displayedTitle } from '../../../notebook/heading.ts'
import type { Popup } from '../state/popup.ts'

export const RecentNotes = ({ popup }: { readonly popup: Popup }) => {
  const notes = popup.recent.value
  const isRead = notes !== undefined
  useEffect(() => {
    // Effects run once what was rendered is painted. A benchmark reads how long that took.
    if (isRead) performance.mark('notes on screen')
  }, [isRead])
  return (
    <>
      <ul class="recent" aria-label={t.recentNotes} aria-busy={notes === undefined}>
        {notes?.map((note) => (
          <li key={note.id}>
            <button type="button" class="quiet recent-note" onClick={() => void popup.openNotebook(note.id)}>
              <span class="recent-title">{displayedTitle(note) || t.untitled}</span>
              <time dateTime={new Date(note.updatedAt).toISOString()}>
                {shortTime(locale, note.updatedAt, Date.now())}
              </time>
            </button>
          </li>
        ))}
      </ul>
      {notes?.length === 0 && <p class="muted recent-empty">{t.noNotes}</p>}
    </>
  )
}
