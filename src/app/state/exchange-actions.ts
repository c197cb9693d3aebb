import { StorageError } from '../../data/storage-error.ts'
import { ImportError, type ImportErrorCode, type Left, type LeftReason } from '../../notebook/exchange/imported.ts'
import { language, t } from '../ui/language.ts'
import { counted, fill } from '../ui/words.ts'
import type { App } from './app.ts'
import type { ImportResult } from './exchange.ts'
import type { Exported, ExportFormat } from './export-write.ts'
import { asGiven, type Dropped, readDropped } from './given.ts'
import { save } from './save.ts'

const importWords: { readonly [C in Exclude<ImportErrorCode, 'IMPORT_CANCELLED'>]: string } = {
  IMPORT_TOO_LARGE: t.importTooLarge,
  IMPORT_DAMAGED: t.importDamaged,
  IMPORT_UNKNOWN: t.importUnknown,
  IMPORT_NEWER: t.importNewer,
  IMPORT_UNSAFE: t.importUnsafe,
}

const tell = ({ notices }: App, thrown: unknown, otherwise: string): void => {
  if (thrown instanceof ImportError) {
    if (thrown.code === 'IMPORT_CANCELLED') notices.dismiss('files')
    else notices.show({ kind: 'files', tone: 'error', text: importWords[thrown.code], code: thrown.code })
    return
  }
  const code = thrown instanceof StorageError ? thrown.code : 'INTERNAL'
  const text = code === 'STORAGE_FULL' ? t.fileNoRoom : otherwise
  notices.show({ kind: 'files', tone: 'error', text, code })
}

const leftWords: { readonly [R in LeftReason]: string } = {
  IMPORT_TOO_LARGE: t.leftTooLarge,
  IMPORT_DAMAGED: t.leftDamaged,
  IMPORT_UNKNOWN: t.leftUnknown,
  IMPORT_NEWER: t.leftNewer,
  IMPORT_UNSAFE: t.leftUnsafe,
  IMPORT_UNLINKED: t.leftUnlinked,
  IMPORT_NESTED: t.leftNested,
  IMPORT_NO_TEXT: t.leftNoText,
  IMPORT_NAME: t.leftName,
  IMPORT_CUT_OFF: t.leftCutOff,
  IMPORT_ORPHAN: t.leftOrphan,
  IMPORT_UNREADABLE: t.leftUnreadable,
}

/** A name on one line, however it was given. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is taken out
const shown = (name: string): string => name.replace(/[\u0000-\u001f\u007f]+/gu, ' ').slice(0, 300) || t.untitled

/** What could not be taken in, one on each line, with the reason and its code. */
export const reportOf = (left: readonly Left[]): string =>
  left.map(({ name, reason }) => `${shown(name)}: ${leftWords[reason]} (${reason})`).join('\n')

const summary = ({ added, same, copied, left, cancelled }: ImportResult): string =>
  [
    ...(cancelled ? [t.importCancelled] : []),
    counted(language, 'imported', added + copied),
    ...(copied > 0 ? [counted(language, 'importedCopies', copied)] : []),
    ...(same > 0 ? [counted(language, 'importedSame', same)] : []),
    ...(left.length > 0 ? [counted(language, 'importedLeft', left.length)] : []),
  ].join(' ')

const importAll = async (app: App, dropped: Dropped | Promise<Dropped>): Promise<void> => {
  const { dialog, exchange, notices } = app
  const showLeft = (): void => {
    dialog.value = 'import-report'
  }
  try {
    const { given, left } = await dropped
    if (exchange.progress.peek() !== undefined) return
    const result = await exchange.importFiles(given, left)
    const actions = result.left.length > 0 ? { actions: [{ label: t.showReport, run: showLeft }] } : {}
    notices.show({ kind: 'files', tone: 'plain', text: summary(result), ...actions })
    if (result.left.length > 0 && dialog.peek() === undefined) showLeft()
  } catch (thrown) {
    tell(app, thrown, t.importNotStored)
  }
}

export const importFiles = async (app: App, files: readonly File[]): Promise<void> => {
  if (files.length > 0) await importAll(app, { given: files.map(asGiven), left: [] })
}

/** Takes in files and whole folders that are being dropped. */
export const importDropped = (app: App, data: DataTransfer): Promise<void> => importAll(app, readDropped(data))

/** Writes a file and gives it to the person. What was too large for it is said. */
const exportAs = async (app: App, write: () => Promise<Exported>): Promise<void> => {
  await app.saver.flush()
  try {
    const { file, tooLarge } = await write()
    save(file, file.name)
    app.dialog.value = undefined
    if (tooLarge === 0) return
    app.notices.show({ kind: 'files', tone: 'plain', text: counted(language, 'exportTooLarge', tooLarge) })
  } catch (thrown) {
    tell(app, thrown, t.exportFailed)
  }
}

export const exportAll = (app: App, format: ExportFormat): Promise<void> =>
  exportAs(app, () => app.exchange.exportAll(app.notebook.notes.peek() ?? [], format))

/** Saves the open note alone, or gives it to the printer, which makes a PDF of it as well. */
export const exportNote = async (app: App, format: 'markdown' | 'html' | 'print'): Promise<void> => {
  const note = app.notebook.open.peek()
  if (format !== 'print') return exportAs(app, () => app.exchange.exportNote(note, format, t.untitled))
  app.dialog.value = undefined
  app.preview.value = true
  // Once the page is made of the text.
  await import('../markdown/render.ts')
  requestAnimationFrame(() => setTimeout(() => print(), 200))
}

export const progressText = (what: 'import' | 'export', done: number): string =>
  fill(what === 'import' ? t.importing : t.exporting, {
    percent: new Intl.NumberFormat(language, { style: 'percent' }).format(done),
  })
