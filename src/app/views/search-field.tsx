import { useSignal } from '@preact/signals'
import { noFilter } from '../../notebook/listing.ts'
import { openNote } from '../state/actions.ts'
import { useApp } from '../state/context.ts'
import { places } from '../state/focus.ts'
import { FilterIcon, SearchIcon } from '../ui/icons.tsx'
import { t } from '../ui/language.ts'
import { Filters } from './filters.tsx'

export const SearchField = () => {
  const app = useApp()
  const { search } = app
  const isOpen = useSignal(false)
  const filter = search.filter.value
  const narrowed = filter.tag !== undefined || filter.kind !== undefined || filter.period !== undefined
  const onKey = (event: KeyboardEvent) => {
    const first = search.found.value[0]
    if (event.key === 'Escape') search.look('')
    else if (event.key === 'Enter' && !event.ctrlKey && !event.metaKey && first !== undefined) openNote(app, first.id)
    else if (event.key === 'ArrowDown') document.querySelector<HTMLElement>('.rows .row')?.focus()
    else return
    event.preventDefault()
  }
  return (
    <search class="search">
      <div class="search-line">
        <SearchIcon />
        <input
          id={places.search}
          type="search"
          aria-label={t.searchNotes}
          placeholder={filter.trash ? t.searchTrash : t.searchNotes}
          autocomplete="off"
          enterkeyhint="search"
          value={search.query.value}
          onInput={(event) => search.look(event.currentTarget.value)}
          onKeyDown={onKey}
        />
        <button
          type="button"
          class={narrowed ? 'quiet icon-only filter-button narrowed' : 'quiet icon-only filter-button'}
          aria-label={t.filter}
          title={t.filter}
          aria-expanded={isOpen.value}
          aria-controls="filters"
          onClick={() => {
            isOpen.value = !isOpen.value
          }}
        >
          <FilterIcon />
        </button>
      </div>
      {isOpen.value && <Filters />}
      {narrowed && (
        <button
          type="button"
          class="small clear-filter"
          onClick={() => search.narrow({ ...noFilter, trash: filter.trash })}
        >
          {t.clearFilter}
        </button>
      )}
    </search>
  )
}
