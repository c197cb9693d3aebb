import { useComputed } from '@preact/signals'
import { memo } from 'preact/compat'
import { useEffect, useRef, useState } from 'preact/hooks'
import { displayedTitle, excerpt } from '../../notebook/heading.ts'
import type { Note } from '../../notebook/note.ts'
import { around, highlight } from '../../notebook/search.ts'
import { openNote } from '../state/actions.ts'
import { useApp } from '../state/context.ts'
import { places } from '../state/focus.ts'
import { fullTime, shortTime } from '../ui/format.ts'
import { PinIcon } from '../ui/icons.tsx'
import { language, locale, t } from '../ui/language.ts'
import { bringIntoView, useSpan } from '../ui/virtual.ts'
import { counted } from '../ui/words.ts'

const Marked = ({ text, words }: { readonly text: string; readonly words: readonly string[] }) => (
  <>{highlight(text, words).map(({ text: piece, found }, at) => (found ? <mark key={at}>{piece}</mark> : piece))}</>
)

type RowProps = {
  readonly note: Note
  readonly current: boolean
  readonly today: string
  readonly words: readonly string[]
}

const Row = memo(({ note, current, words }: RowProps) => {
  const app = useApp()
  const title = displayedTitle(note)
  const tags = note.tags.map((tag) => `#${tag}`).join(' ')
  return (
    <button
      type="button"
      class="row"
      id={current ? places.row : undefined}
      aria-current={current ? 'true' : undefined}
      onClick={() => openNote(app, note.id)}
    >
      <span class={title === '' ? 'row-title muted' : 'row-title'}>
        {note.pinned && <PinIcon title={t.pinned} />}
        {title === '' ? t.untitled : <Marked text={title} words={words} />}
      </span>
      <time class="row-time" dateTime={new Date(note.updatedAt).toISOString()} title={fullTime(locale, note.updatedAt)}>
        {shortTime(locale, note.updatedAt, Date.now())}
      </time>
      <span class="row-excerpt">
        {tags !== '' && (
          <span class="row-tags">
            <Marked text={tags} words={words} />{' '}
          </span>
        )}
        <Marked text={around(note.body, words) ?? excerpt(note)} words={words} />
      </span>
    </button>
  )
})

/** The height of a row, in rem: the same in the style sheet. */
const ROW = 4.5

const rowHeight = (): number => ROW * Number.parseFloat(getComputedStyle(document.documentElement).fontSize)

/** How far a key moves in the list; undefined where it does not. */
const stepFor = (key: string, page: number): number | undefined => {
  const steps: Readonly<Record<string, number>> = {
    ArrowDown: 1,
    ArrowUp: -1,
    PageDown: page,
    PageUp: -page,
    Home: Number.NEGATIVE_INFINITY,
    End: Number.POSITIVE_INFINITY,
  }
  return steps[key]
}

const emptyWords = ({ search, notebook }: ReturnType<typeof useApp>): string => {
  const { trash } = search.filter.value
  if (trash && search.words.value.length === 0) return t.trashEmpty
  const none = (notebook.notes.value ?? []).length === notebook.trash.value.length
  if (none && !trash) return t.noNotes
  return search.isReady.value ? t.nothingFound : t.searching
}

export const NoteList = () => {
  const app = useApp()
  const { notebook, search } = app
  const found = search.found.value
  const words = search.words.value
  // Not at every key that changes the open note.
  const open = useComputed(() => notebook.open.value.id).value
  const today = new Date().toDateString()
  const list = useRef<HTMLUListElement>(null)
  const [height] = useState(rowHeight)
  const { from, to } = useSpan(list, found.length, height)
  useEffect(() => {
    const at = found.findIndex(({ id }) => id === open)
    if (at >= 0 && list.current !== null) bringIntoView(list.current, at, height)
  }, [open])

  const onKey = (event: KeyboardEvent): void => {
    const step = stepFor(event.key, 8)
    const row = event.target instanceof Element ? event.target.closest('li') : null
    if (step === undefined || row === null || list.current === null) return
    event.preventDefault()
    const next = Math.max(0, Math.min(found.length - 1, Number(row.dataset.at) + step))
    bringIntoView(list.current, next, height)
    requestAnimationFrame(() => list.current?.querySelector<HTMLElement>(`li[data-at="${next}"] .row`)?.focus())
  }
  return (
    <>
      <ul
        ref={list}
        class={found.length === 0 ? 'rows none' : 'rows'}
        aria-label={t.notes}
        style={{ '--room': `${found.length * height}px` }}
        onKeyDown={onKey}
      >
        {found.slice(from, to).map((note, offset) => (
          <li
            key={note.id}
            data-at={from + offset}
            style={{ top: `${(from + offset) * height}px` }}
            aria-setsize={found.length}
            aria-posinset={from + offset + 1}
          >
            <Row note={note} current={note.id === open} today={today} words={words} />
          </li>
        ))}
      </ul>
      {found.length === 0 && <p class="rows-empty muted">{emptyWords(app)}</p>}
      {found.length > 0 && <p class="rows-count muted">{counted(language, 'notesCount', found.length)}</p>}
    </>
  )
}
