import { useSignal } from '@preact/signals'
import { useEffect, useRef } from 'preact/hooks'
import type { BackupPreview, ErrorCode } from '../../kit/client.ts'
import { useApp } from '../state/context.ts'
import { failureWords } from '../state/sync-words.ts'
import { ErrorCode as Code } from '../ui/error-code.tsx'
import { fullTime } from '../ui/format.ts'
import { language, locale, t } from '../ui/language.ts'
import { Modal, useFocusInside } from '../ui/modal.tsx'
import { Facts } from '../ui/region.tsx'
import { counted, fill } from '../ui/words.ts'
import { useClose } from './use-close.ts'
import { WordsField } from './words-field.tsx'

/** The words are here from when they have opened the file until the dialog is gone. */
type Step =
  | { readonly type: 'choose'; readonly failed?: string }
  | { readonly type: 'fetching' }
  | { readonly type: 'words'; readonly name: string }
  | { readonly type: 'opened'; readonly words: string; readonly preview: BackupPreview; readonly failed?: ErrorCode }
  | { readonly type: 'running' }
  | { readonly type: 'done'; readonly preview: BackupPreview }

type ChooseProps = { readonly failed?: string; onFile(file: File): void; onServer(): void; close(): void }

const Choose = ({ failed, onFile, onServer, close }: ChooseProps) => {
  const { sync } = useApp()
  const picker = useRef<HTMLInputElement>(null)
  return (
    <>
      <p>{t.restoreText}</p>
      <p role="status">{failed}</p>
      <input
        ref={picker}
        type="file"
        hidden
        aria-label={t.restoreFile}
        onChange={({ currentTarget }) => {
          const [file] = currentTarget.files ?? []
          if (file !== undefined) onFile(file)
        }}
      />
      <div class="buttons">
        <button type="button" class="primary" onClick={() => picker.current?.click()}>
          {t.restoreChoose}
        </button>
        {sync.state.value.stage !== 'unavailable' && (
          <button type="button" onClick={onServer}>
            {t.restoreServer}
          </button>
        )}
        <button type="button" onClick={close}>
          {t.cancel}
        </button>
      </div>
    </>
  )
}

type PreviewProps = { readonly preview: BackupPreview; readonly failed?: ErrorCode; restore(): void; close(): void }

const Preview = ({ preview, failed, restore, close }: PreviewProps) => {
  const { notes, files, fresh, time } = preview
  return (
    <>
      <Facts
        facts={[
          [t.restoreOf, fullTime(locale, time)],
          [t.notes, counted(language, 'notesCount', notes)],
          [t.restoreFiles, counted(language, 'sharedFiles', files)],
          [t.restoreFresh, fresh === 0 ? t.restoreFreshNone : counted(language, 'notesCount', fresh)],
        ]}
      />
      <div role="status">
        {failed !== undefined && (
          <>
            <p>{failureWords(failed)}</p>
            <Code code={failed} />
          </>
        )}
      </div>
      <div class="buttons">
        <button type="button" class="primary" onClick={restore}>
          {t.restoreYes}
        </button>
        <button type="button" onClick={close}>
          {t.cancel}
        </button>
      </div>
    </>
  )
}

const Content = ({ close }: { close(): void }) => {
  const { backup } = useApp()
  const step = useSignal<Step>({ type: 'choose' })
  useEffect(
    () => () => {
      step.value = { type: 'choose' }
      void backup.forget()
    },
    [backup],
  )
  const choose = async (file: File) => {
    const failed = await backup.choose(file)
    const why = failed === 'full' ? t.restoreNoRoom : t.syncFailed
    step.value = failed === 'done' ? { type: 'words', name: file.name } : { type: 'choose', failed: why }
  }
  const fetchFromServer = async () => {
    step.value = { type: 'fetching' }
    const fetched = await backup.fetch()
    if (typeof fetched !== 'number') step.value = { type: 'choose', failed: failureWords(fetched) }
    else step.value = { type: 'words', name: fill(t.restoreServerName, { time: fullTime(locale, fetched) }) }
  }
  const open = async (words: string) => {
    const opened = await backup.open(words)
    if (opened.type !== 'opened') return opened
    step.value = { type: 'opened', words, preview: opened.preview }
    return undefined
  }
  const restore = async (words: string, preview: BackupPreview) => {
    step.value = { type: 'running' }
    const applied = await backup.apply(words)
    if (applied.type === 'opened') step.value = { type: 'done', preview }
    else {
      const failed = applied.type === 'failed' ? applied.code : 'BACKUP_DAMAGED'
      step.value = { type: 'opened', words, preview, failed }
    }
  }
  const now = step.value
  useFocusInside(now.type)
  switch (now.type) {
    case 'choose':
      return (
        <Choose {...now} onFile={(file) => void choose(file)} onServer={() => void fetchFromServer()} close={close} />
      )
    case 'fetching':
      return <p role="status">{t.restoreFetching}</p>
    case 'words':
      return (
        <>
          <p>{fill(t.restoreWords, { name: now.name })}</p>
          <WordsField submit={t.restoreOpen} submitting={t.restoreOpening} onWords={open}>
            <button type="button" onClick={() => (step.value = { type: 'choose' })}>
              {t.restoreAnother}
            </button>
            <button type="button" onClick={close}>
              {t.cancel}
            </button>
          </WordsField>
        </>
      )
    case 'opened': {
      const { words, preview } = now
      return <Preview {...now} restore={() => void restore(words, preview)} close={close} />
    }
    case 'running':
      return <p role="status">{t.restoreRunning}</p>
    case 'done':
      return (
        <>
          <p role="status">{counted(language, 'restoreDone', now.preview.fresh)}</p>
          <div class="buttons">
            <button type="button" class="primary" onClick={close}>
              {t.close}
            </button>
          </div>
        </>
      )
  }
}

/** Adds what is in an encrypted backup to what is here, once it was shown and the person says yes. */
export const RestoreDialog = () => {
  const { dialog } = useApp()
  const close = useClose('restore')
  if (dialog.value !== 'restore') return null
  return (
    <Modal titleId="restore-title" title={t.restoreTitle} onClose={close}>
      <Content close={close} />
    </Modal>
  )
}
