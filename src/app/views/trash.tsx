import { useSignal } from '@preact/signals'
import { TRASH_KEPT } from '../../notebook/note.ts'
import { bringBack, emptyTrash, eraseOpen } from '../state/actions.ts'
import { useApp } from '../state/context.ts'
import { Confirm } from '../ui/confirm.tsx'
import { shortDate } from '../ui/format.ts'
import { TrashIcon } from '../ui/icons.tsx'
import { language, locale, t } from '../ui/language.ts'
import { counted, fill } from '../ui/words.ts'

/** The way into the trash and out of it, under the list. */
export const TrashLine = () => {
  const app = useApp()
  const { search, notebook } = app
  const asks = useSignal(false)
  const inTrash = search.filter.value.trash
  const count = notebook.trash.value.length
  if (count === 0 && !inTrash) return null
  return (
    <p class="trash-line">
      <button
        type="button"
        class="quiet small"
        aria-pressed={inTrash}
        onClick={() => search.narrow({ trash: !inTrash })}
      >
        {inTrash ? t.backToNotes : fill(t.trashCount, { count: new Intl.NumberFormat(locale).format(count) })}
      </button>
      {inTrash && count > 0 && (
        <button
          type="button"
          class="quiet small"
          onClick={() => {
            asks.value = true
          }}
        >
          {t.emptyTrash}
        </button>
      )}
      {asks.value && (
        <Confirm
          title={t.emptyTrash}
          text={counted(language, 'eraseText', count)}
          yes={t.eraseForGood}
          onYes={() => void emptyTrash(app)}
          onClose={() => {
            asks.value = false
          }}
        />
      )}
    </p>
  )
}

/** What stands above a note that is in the trash. */
export const TrashBar = () => {
  const app = useApp()
  const asks = useSignal(false)
  const note = app.notebook.open.value
  if (note.trashedAt === null) return null
  return (
    <div class="trash-bar">
      <TrashIcon />
      <p>{fill(t.inTrash, { date: shortDate(locale, note.trashedAt + TRASH_KEPT) })}</p>
      <button type="button" class="small" onClick={() => void bringBack(app)}>
        {t.bringBack}
      </button>
      <button
        type="button"
        class="small danger"
        onClick={() => {
          asks.value = true
        }}
      >
        {t.eraseForGood}
      </button>
      {asks.value && (
        <Confirm
          title={t.eraseForGood}
          text={counted(language, 'eraseText', 1)}
          yes={t.eraseForGood}
          onYes={() => void eraseOpen(app)}
          onClose={() => {
            asks.value = false
          }}
        />
      )}
    </div>
  )
}
