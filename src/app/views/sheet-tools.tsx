import type { ComponentChildren } from 'preact'
import { useRef } from 'preact/hooks'
import { isBlank } from '../../notebook/note.ts'
import { deleteNote } from '../state/actions.ts'
import { attachFiles, startRecording } from '../state/attach.ts'
import { useApp } from '../state/context.ts'
import { AttachIcon, ExportIcon, EyeIcon, HistoryIcon, MicrophoneIcon, PinIcon, TrashIcon } from '../ui/icons.tsx'
import { t } from '../ui/language.ts'

type ToolProps = {
  readonly name: string
  readonly class?: string
  readonly pressed?: boolean
  readonly disabled?: boolean
  onUse(): void
  readonly children: ComponentChildren
}

const Tool = ({ name, class: more = '', pressed, disabled = false, onUse, children }: ToolProps) => (
  <button
    type="button"
    class={`quiet icon-only ${more}`}
    aria-label={name}
    title={name}
    aria-pressed={pressed}
    disabled={disabled}
    onClick={onUse}
  >
    {children}
  </button>
)

/** What can be done with the open note. */
export const SheetTools = () => {
  const app = useApp()
  const { notebook, preview, dialog, recorder } = app
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
