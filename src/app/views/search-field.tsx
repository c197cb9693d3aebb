import { openNote } from '../state/actions.ts'
import { useApp } from '../state/context.ts'
import { places } from '../state/focus.ts'
import { SearchIcon } from '../ui/icons.tsx'
import { t } from '../ui/language.ts'

export const SearchField = () => {
  const app = useApp()
  const { notebook } = app
  const onKey = (event: KeyboardEvent) => {
    const first = notebook.found.value[0]
    if (event.key === 'Escape') notebook.search('')
    else if (event.key === 'Enter' && !event.ctrlKey && !event.metaKey && first !== undefined) openNote(app, first.id)
  }
  return (
    <search class="search">
      <SearchIcon />
      <input
        id={places.search}
        type="search"
        aria-label={t.searchNotes}
        placeholder={t.searchNotes}
        autocomplete="off"
        enterkeyhint="search"
        value={notebook.query.value}
        onInput={(event) => notebook.search(event.currentTarget.value)}
        onKeyDown={onKey}
      />
    </search>
  )
}
