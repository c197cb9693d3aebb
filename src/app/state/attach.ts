import { toStorageError } from '../../data/storage-error.ts'
import { LONGEST_NOTE } from '../../notebook/exchange/imported.ts'
import { isBlank } from '../../notebook/note.ts'
import { fullTime, size } from '../ui/format.ts'
import { locale, t } from '../ui/language.ts'
import { fill } from '../ui/words.ts'
import type { App } from './app.ts'
import { MOST_OF_A_FILE, referenceTo } from './files.ts'
import { places } from './focus.ts'
import { hasFolder } from './given.ts'
import { tellRecorder } from './tell-recorder.ts'
import { fileOfText } from './text-file.ts'

/** Puts a line into the open note where its caret is, or at the end. */
export const insertLine = ({ notebook }: App, noteId: string, line: string): void => {
  const note = notebook.open.peek()
  if (note.id !== noteId) return
  const field = document.getElementById(places.body)
  const at =
    field instanceof HTMLTextAreaElement && field === document.activeElement ? field.selectionEnd : note.body.length
  const [before, after] = [note.body.slice(0, at), note.body.slice(at)]
  const above = before === '' || before.endsWith('\n') ? '' : '\n'
  notebook.edit({ body: `${before}${above}${line}\n${after}` })
}

const tell = ({ notices }: App, text: string, code: string): void =>
  notices.show({ kind: 'files', tone: 'error', text, code })

/** Stores files with the open note, and names them in its text. */
export const attachFiles = async (app: App, list: readonly (File | Promise<File>)[]): Promise<void> => {
  const noteId = app.notebook.open.peek().id
  for (const given of list) {
    const file = await given
    if (file.size > MOST_OF_A_FILE) {
      const most = size(locale, MOST_OF_A_FILE)
      tell(app, fill(t.fileTooLarge, { name: file.name, size: most }), 'FILE_TOO_LARGE')
      continue
    }
    try {
      insertLine(app, noteId, referenceTo(await app.files.attach(noteId, file)))
    } catch (thrown) {
      const { code } = toStorageError(thrown)
      tell(app, code === 'STORAGE_FULL' ? t.fileNoRoom : t.fileNotStored, code)
      return
    }
  }
}

/** Takes files, and texts that are too long to be written in. False where the browser does it as ever. */
export const takePasted = (app: App, data: DataTransfer | null): boolean => {
  // Nothing can be attached that is a folder: its notes are imported.
  if (hasFolder(data)) return false
  const files = [...(data?.files ?? [])]
  if (files.length > 0) {
    void attachFiles(app, files)
    return true
  }
  const text = data?.getData('text/plain') ?? ''
  if (text.length <= LONGEST_NOTE) return false
  void attachFiles(app, [fileOfText(text, t.pastedFile)])
  app.notices.show({ kind: 'files', tone: 'plain', text: t.pastedLong })
  return true
}

/** Begins to record for the open note. */
export const startRecording = async (app: App): Promise<void> => {
  app.notices.dismiss('files')
  const { id } = app.notebook.open.peek()
  const name = fill(t.recordingName, { time: fullTime(locale, Date.now()) }).replace(/[/:]/gu, '.')
  const failure = await app.recorder.start(id, name)
  if (failure !== undefined) {
    tellRecorder(app.notices, failure)
    return
  }
  // What is recorded belongs to a note: there has to be one.
  if (isBlank(app.notebook.open.peek())) app.notebook.edit({ title: name })
}

export const stopRecording = async (app: App): Promise<void> => {
  const recording = await app.recorder.stop()
  if (recording !== undefined) insertLine(app, recording.noteId, referenceTo(recording))
}

/** Removes a file of the open note, and what names it in the text. */
export const removeFile = async (app: App, id: string): Promise<void> => {
  const { body } = app.notebook.open.peek()
  const named = new RegExp(`!?\\[[^\\]\\n]*\\]\\(attachment:${id.replace(/[^\w-]/gu, '')}\\)\\n?`, 'gu')
  if (named.test(body)) app.notebook.edit({ body: body.replace(named, '') })
  try {
    await app.attachments.remove(id)
  } catch (thrown) {
    tell(app, t.fileNotStored, toStorageError(thrown).code)
  }
}
