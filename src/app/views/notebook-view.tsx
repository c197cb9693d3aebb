import { useApp } from '../state/context.ts'
import { t } from '../ui/language.ts'
import { Editor } from './editor.tsx'
import { ExchangeButtons } from './exchange.tsx'
import { NoteList } from './note-list.tsx'
import { SearchField } from './search-field.tsx'
import { TrashLine } from './trash.tsx'

export const NotebookView = () => {
  const { notebook } = useApp()
  if (notebook.notes.value === undefined) {
    return (
      <main class="opening muted">
        <p>{t.loading}</p>
      </main>
    )
  }
  return (
    <main class="notebook">
      <h1 class="visually-hidden">{t.notes}</h1>
      <section class="pane-list" aria-label={t.search}>
        <SearchField />
        <NoteList />
        <TrashLine />
        <p class="exchange-line">
          <ExchangeButtons small />
        </p>
      </section>
      <Editor key={notebook.open.value.id} />
    </main>
  )
}
