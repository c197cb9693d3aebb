import { memo } from 'preact/compat'
import { displayedTitle, excerpt } from '../../notebook/heading.ts'
import type { Note } from '../../notebook/note.ts'
import { openNote } from '../state/actions.ts'
import { useApp } from '../state/context.ts'
import { places } from '../state/focus.ts'
import { fullTime, shortTime } from '../ui/format.ts'
import { language, locale, t } from '../ui/language.ts'
import { counted } from '../ui/words.ts'

type RowProps = { readonly note: Note; readonly current: boolean; readonly today: string }

const Row = memo(
  ({ note, current }: RowProps) => {
    const app = useApp()
    const title = displayedTitle(note)
    return (
      <li>
        <button
          type="button"
          class="row"
          id={current ? places.row : undefined}
          aria-current={current ? 'true' : undefined}
          onClick={() => openNote(app, note.id)}
        >
          <span class={title === '' ? 'row-title muted' : 'row-title'}>{title === '' ? t.untitled : title}</span>
          <time
            class="row-time"
            dateTime={new Date(note.updatedAt).toISOString()}
            title={fullTime(locale, note.updatedAt)}
          >
            {shortTime(locale, note.updatedAt, Date.now())}
          </time>
          <span class="row-excerpt">{excerpt(note)}</span>
        </button>
      </li>
    )
  },
  (before, after) =>
    before.note.id === after.note.id &&
    before.note.updatedAt === after.note.updatedAt &&
    before.current === after.current &&
    before.today === after.today,
)

export const NoteList = () => {
  const { notebook } = useApp()
  const found = notebook.found.value
  const open = notebook.open.value.id
  const none = notebook.notes.value?.length === 0
  const today = new Date().toDateString()
  return (
    <>
      <ul class="rows" aria-label={t.notes}>
        {found.map((note) => (
          <Row key={note.id} note={note} current={note.id === open} today={today} />
        ))}
      </ul>
      {found.length === 0 && <p class="rows-empty muted">{none ? t.noNotes : t.nothingFound}</p>}
      {found.length > 0 && <p class="rows-count muted">{counted(language, 'notesCount', found.length)}</p>}
    </>
  )
}
