import { useId, useRef } from 'preact/hooks'
import { rewrite, suggestTitle, summarise } from '../state/ai-actions.ts'
import { draftable } from '../state/ai-draft.ts'
import { useApp } from '../state/context.ts'
import { t } from '../ui/language.ts'
import { PageLink } from '../ui/page-link.tsx'
import { fill } from '../ui/words.ts'

const usual = [t.rewriteUsual, t.rewriteShorter, t.rewriteFriendlier, t.rewriteFormal, t.rewriteSpelling]

/** Why nothing can be asked for now; undefined where it can. */
const useReason = (): string | undefined => {
  const { ai, notebook } = useApp()
  const source = ai.source.value
  if (source !== undefined && !source.isLocal && !ai.isOnline.value) return t.aiNeedsNetwork
  return notebook.open.value.body.trim() === '' ? t.aiNeedsText : undefined
}

const Nobody = () => (
  <p>
    {t.aiNobody} <PageLink page="settings">{t.settings}</PageLink>
  </p>
)

const Rewriting = ({ disabled }: { readonly disabled: boolean }) => {
  const app = useApp()
  const [fieldId, listId] = [useId(), useId()]
  const how = useRef<HTMLInputElement>(null)
  return (
    <form
      class="ai-rewrite"
      onSubmit={(event) => {
        event.preventDefault()
        if (!disabled) void rewrite(app, how.current?.value ?? '')
      }}
    >
      <label for={fieldId}>{t.aiRewriteHow}</label>
      <span class="ai-line">
        <input
          id={fieldId}
          ref={how}
          type="text"
          list={listId}
          placeholder={t.rewriteUsual}
          autocomplete="off"
          maxLength={500}
        />
        <button type="submit" disabled={disabled}>
          {t.aiRewrite}
        </button>
      </span>
      <datalist id={listId}>
        {usual.map((one) => (
          <option key={one} value={one} />
        ))}
      </datalist>
      <span class="muted fine">{t.aiRewriteHint}</span>
    </form>
  )
}

const Tools = () => {
  const app = useApp()
  const { ai, dialog } = app
  const source = ai.source.value
  const reason = useReason()
  const off = reason !== undefined
  const noNetwork = reason === t.aiNeedsNetwork
  if (source === undefined) return <Nobody />
  return (
    <>
      <p class="muted fine">
        {fill(t.aiAnswers, { who: source.name })} {!source.isLocal && t.aiAnswersCloud}
      </p>
      {reason !== undefined && <p>{reason}</p>}
      <div class="ai-buttons">
        <button type="button" disabled={off} onClick={() => void suggestTitle(app)}>
          {t.aiTitle}
        </button>
        <button type="button" disabled={off} onClick={() => void summarise(app)}>
          {t.aiSummary}
        </button>
        <button
          type="button"
          disabled={noNetwork || draftable(app.notebook.notes.value).length === 0}
          onClick={() => {
            dialog.value = 'draft'
          }}
        >
          {t.aiDraft}
        </button>
      </div>
      <Rewriting disabled={off} />
    </>
  )
}

/** What AI can do with the open note. */
export const AiPanel = () => {
  const { ai } = useApp()
  if (!ai.isOpen.value) return null
  return (
    <section id="ai-panel" class="ai-panel" aria-label={t.aiTools}>
      <Tools />
    </section>
  )
}
