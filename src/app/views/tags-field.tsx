import { useSignal } from '@preact/signals'
import { useId, useRef } from 'preact/hooks'
import { cleanTags } from '../../notebook/note.ts'
import { useApp } from '../state/context.ts'
import { CloseIcon } from '../ui/icons.tsx'
import { t } from '../ui/language.ts'
import { fill } from '../ui/words.ts'

/** The tags that there are, to choose from. They are counted for as long as somebody asks. */
const KnownTags = ({ id }: { readonly id: string }) => (
  <datalist id={id}>
    {useApp().search.tags.value.map(([tag]) => (
      <option key={tag} value={tag} />
    ))}
  </datalist>
)

/** The tags of the open note, and a field for another. */
export const TagsField = ({ readOnly }: { readonly readOnly: boolean }) => {
  const { notebook } = useApp()
  const { tags } = notebook.open.value
  const field = useRef<HTMLInputElement>(null)
  const listId = useId()
  const isAsked = useSignal(false)
  const set = (wanted: readonly string[]): void => notebook.edit({ tags: cleanTags(wanted) })
  const add = (): void => {
    const input = field.current
    if (input === null || input.value.trim() === '') return
    set([...tags, ...input.value.split(',')])
    input.value = ''
  }
  const onKey = (event: KeyboardEvent): void => {
    if (event.isComposing || event.ctrlKey || event.metaKey) return
    if (event.key === 'Enter' || event.key === ',') {
      event.preventDefault()
      add()
    } else if (event.key === 'Backspace' && field.current?.value === '') set(tags.slice(0, -1))
  }
  if (readOnly && tags.length === 0) return null
  return (
    <ul class="tags" aria-label={t.tags}>
      {tags.map((tag) => (
        <li key={tag} class="tag">
          #{tag}
          {!readOnly && (
            <button
              type="button"
              class="quiet icon-only"
              aria-label={fill(t.removeTag, { tag })}
              onClick={() => {
                set(tags.filter((other) => other !== tag))
                field.current?.focus()
              }}
            >
              <CloseIcon />
            </button>
          )}
        </li>
      ))}
      {!readOnly && (
        <li>
          <input
            ref={field}
            type="text"
            class="tag-field"
            aria-label={t.addTag}
            placeholder={t.addTag}
            autocomplete="off"
            list={listId}
            onKeyDown={onKey}
            onFocus={() => {
              isAsked.value = true
            }}
            onBlur={() => {
              isAsked.value = false
              add()
            }}
          />
          {isAsked.value && <KnownTags id={listId} />}
        </li>
      )}
    </ul>
  )
}
