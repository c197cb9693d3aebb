import { useEffect, useState } from 'preact/hooks'
import { type Attachment, isPicture, isRecording } from '../../notebook/attachment.ts'
import { transcribe } from '../state/ai-actions.ts'
import { removeFile } from '../state/attach.ts'
import { useApp } from '../state/context.ts'
import { save } from '../state/save.ts'
import { Confirm } from '../ui/confirm.tsx'
import { clock, size } from '../ui/format.ts'
import { CloseIcon, ExportIcon } from '../ui/icons.tsx'
import { locale, t } from '../ui/language.ts'
import { fill } from '../ui/words.ts'

/** The address of what is in a file, while it is shown. */
const useAddress = (file: Attachment): string | undefined => {
  const { attachments } = useApp()
  const [address, setAddress] = useState<string>()
  useEffect(() => {
    let over = false
    let made: string | undefined
    attachments.read(file.id).then(
      (blob) => {
        if (over) return
        made = URL.createObjectURL(blob)
        setAddress(made)
      },
      () => undefined,
    )
    return () => {
      over = true
      if (made !== undefined) URL.revokeObjectURL(made)
    }
  }, [file.id, file.size, attachments])
  return address
}

const Picture = ({ file }: { readonly file: Attachment }) => {
  const address = useAddress(file)
  return address === undefined ? null : <img src={address} alt={file.name} />
}

const speeds = [0.75, 1, 1.25, 1.5, 2]

const Recording = ({ file }: { readonly file: Attachment }) => {
  const address = useAddress(file)
  const [speed, setSpeed] = useState(1)
  return (
    <div class="recording">
      {/* biome-ignore lint/a11y/useMediaCaption: it is what the writer has said; its text is the note */}
      <audio
        controls
        preload="metadata"
        src={address}
        aria-label={file.name}
        ref={(player) => {
          if (player !== null) player.playbackRate = speed
        }}
      />
      <label>
        <span class="visually-hidden">{t.speed}</span>
        <select value={String(speed)} onChange={({ currentTarget }) => setSpeed(Number(currentTarget.value))}>
          {speeds.map((one) => (
            <option key={one} value={String(one)}>
              {new Intl.NumberFormat(locale).format(one)}×
            </option>
          ))}
        </select>
      </label>
    </div>
  )
}

const facts = ({ size: bytes, duration }: Attachment): string =>
  [...(duration === null ? [] : [clock(duration)]), size(locale, bytes)].join(' · ')

const FileItem = ({ file, readOnly }: { readonly file: Attachment; readonly readOnly: boolean }) => {
  const app = useApp()
  const [asks, setAsks] = useState(false)
  return (
    <li class="file">
      {isPicture(file.type) && <Picture file={file} />}
      {isRecording(file.type) && <Recording file={file} />}
      <div class="file-line">
        <span class="file-name" title={file.name}>
          {file.name}
        </span>
        <span class="muted fine">{facts(file)}</span>
        {isRecording(file.type) && !readOnly && app.ai.isAvailable && (
          <button
            type="button"
            class="quiet small"
            aria-label={fill(t.transcribeFile, { name: file.name })}
            onClick={() => void transcribe(app, file)}
          >
            {t.transcribe}
          </button>
        )}
        <button
          type="button"
          class="quiet icon-only"
          aria-label={fill(t.saveFile, { name: file.name })}
          title={t.saveCopy}
          onClick={() => void app.attachments.read(file.id).then((blob) => save(blob, file.name))}
        >
          <ExportIcon />
        </button>
        {!readOnly && (
          <button
            type="button"
            class="quiet icon-only"
            aria-label={fill(t.removeFile, { name: file.name })}
            title={t.remove}
            onClick={() => setAsks(true)}
          >
            <CloseIcon />
          </button>
        )}
      </div>
      {asks && (
        <Confirm
          title={t.removeFileTitle}
          text={fill(t.removeFileText, { name: file.name })}
          yes={t.remove}
          onYes={() => void removeFile(app, file.id)}
          onClose={() => setAsks(false)}
        />
      )}
    </li>
  )
}

/** The files of the open note, under its text. */
export const FileList = ({ readOnly }: { readonly readOnly: boolean }) => {
  const { notebook, attachments } = useApp()
  const { id } = notebook.open.value
  const [files, setFiles] = useState<readonly Attachment[]>([])
  useEffect(() => attachments.watch(id, setFiles), [id, attachments])
  if (files.length === 0) return null
  return (
    <ul class="files" aria-label={t.files}>
      {files.map((file) => (
        <FileItem key={file.id} file={file} readOnly={readOnly} />
      ))}
    </ul>
  )
}
