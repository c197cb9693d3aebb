import type { ComponentChildren } from 'preact'
import { useRef } from 'preact/hooks'
import { isBlank } from '../../notebook/note.ts'
import { deleteNote } from '../state/actions.ts'
import { attachFiles, startRecording } from '../state/attach.ts'
import { useApp } from '../state/context.ts'
import { places } from '../state/focus.ts'
import {
  AttachIcon,
  ExportIcon,
  EyeIcon,
  HistoryIcon,
  MicrophoneIcon,
  PinIcon,
  SparkIcon,
  TrashIcon,
} from '../ui/icons.tsx'
import { t } from '../ui/language.ts'

type ToolProps = {
  readonly name: string
  readonly id?: string
  /** Of a tool that opens something: what that is, and whether it is open. */
  readonly controls?: string
  readonly expanded?: boolean
  readonly class?: string
  readonly pressed?: boolean
  readonly disabled?: boolean
  onUse(): void
  readonly children: ComponentChildren
}

const Tool = ({
  name,
  id,
  class: more = '',
  pressed,
  expanded,
  controls,
  disabled = false,
  onUse,
  children,
}: ToolProps) => (
  <button
    type="button"
    id={id}
    class={`quiet icon-only ${more}`}
    aria-label={name}
    title={name}
    aria-pressed={pressed}
    aria-expanded={expanded}
    aria-controls={expanded === true ? controls : undefined}
    disabled={disabled}
    onClick={onUse}
  >
    {children}
  </button>
)

/** What can be done with the open note. */
export const SheetTools = () => {
  const app = useApp()
  const { notebook, preview, dialog, recorder, ai } = app
  const note = notebook.open.value
  const picker = useRef<HTMLInputElement>(null)
  const blank = isBlank(note)
  const show = (name: 'history' | 'export-note') => () => {
    dialog.value = name
  }
  return (
    <div class="sheet-tools">
      {!blank && (
        <Tool
          name={t.pin}
          class={note.pinned ? 'on' : ''}
          pressed={note.pinned}
          onUse={() => notebook.edit({ pinned: !note.pinned })}
        >
          <PinIcon />
        </Tool>
      )}
      <Tool
        name={t.preview}
        class={preview.value ? 'on' : ''}
        pressed={preview.value}
        onUse={() => {
          preview.value = !preview.value
        }}
      >
        <EyeIcon />
      </Tool>
      <Tool name={t.attach} onUse={() => picker.current?.click()}>
        <AttachIcon />
      </Tool>
      <input
        ref={picker}
        type="file"
        multiple
        hidden
        aria-label={t.attachFiles}
        onChange={({ currentTarget }) => {
          void attachFiles(app, [...(currentTarget.files ?? [])])
          currentTarget.value = ''
        }}
      />
      <Tool name={t.record} disabled={recorder.status.value !== 'idle'} onUse={() => void startRecording(app)}>
        <MicrophoneIcon />
      </Tool>
      {ai.isAvailable && (
        <Tool
          name={t.ai}
          id={places.ai}
          class={ai.isOpen.value ? 'on' : ''}
          expanded={ai.isOpen.value}
          controls="ai-panel"
          onUse={() => {
            ai.isOpen.value = !ai.isOpen.value
          }}
        >
          <SparkIcon />
        </Tool>
      )}
      {!blank && (
        <>
          <Tool name={t.history} onUse={show('history')}>
            <HistoryIcon />
          </Tool>
          <Tool name={t.exportNote} onUse={show('export-note')}>
            <ExportIcon />
          </Tool>
          <Tool name={t.deleteNote} class="delete" onUse={() => void deleteNote(app)}>
            <TrashIcon />
          </Tool>
        </>
      )}
    </div>
  )
}
