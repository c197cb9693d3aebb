import { StorageError } from '../../data/storage-error.ts'
import { toMarkdown } from '../../notebook/exchange/front-matter.ts'
import { ImportError, type ImportErrorCode } from '../../notebook/exchange/imported.ts'
import { safeName } from '../../notebook/exchange/zip.ts'
import { escapeHtml, exportedPage, markup } from '../markdown/markup.ts'
import { language, t } from '../ui/language.ts'
import { counted, fill } from '../ui/words.ts'
import type { App } from './app.ts'
import type { ExportFormat, ImportResult } from './exchange.ts'
import { save } from './save.ts'

const importWords: { readonly [C in Exclude<ImportErrorCode, 'IMPORT_CANCELLED'>]: string } = {
  IMPORT_TOO_LARGE: t.importTooLarge,
  IMPORT_DAMAGED: t.importDamaged,
  IMPORT_UNKNOWN: t.importUnknown,
  IMPORT_NEWER: t.importNewer,
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

const summary = ({ added, same, copied, left }: ImportResult): string =>
  [
    counted(language, 'imported', added + copied),
    ...(copied > 0 ? [counted(language, 'importedCopies', copied)] : []),
    ...(same > 0 ? [counted(language, 'importedSame', same)] : []),
    ...(left.length > 0 ? [counted(language, 'importedLeft', left.length)] : []),
  ].join(' ')

export const importFiles = async (app: App, files: readonly File[]): Promise<void> => {
  if (files.length === 0 || app.exchange.progress.peek() !== undefined) return
  try {
    const result = await app.exchange.importFiles(files)
    app.notices.show({ kind: 'files', tone: 'plain', text: summary(result) })
  } catch (thrown) {
    tell(app, thrown, t.importNotStored)
  }
}

export const exportAll = async (app: App, format: ExportFormat): Promise<void> => {
  await app.saver.flush()
  try {
    const file = await app.exchange.exportAll(app.notebook.notes.peek() ?? [], format)
    save(file, file.name)
    app.dialog.value = undefined
  } catch (thrown) {
    tell(app, thrown, t.exportFailed)
  }
}

/** Saves the open note alone, or gives it to the printer, which makes a PDF of it as well. */
export const exportNote = async (app: App, format: 'markdown' | 'html' | 'print'): Promise<void> => {
  const note = app.notebook.open.peek()
  app.dialog.value = undefined
  const name = safeName(note.title, t.untitled)
  if (format === 'markdown') save(new Blob([toMarkdown(note)], { type: 'text/markdown' }), `${name}.md`)
  else if (format === 'html') {
    const body = `<h1>${escapeHtml(note.title)}</h1>\n${await markup.toHtml(note.body)}`
    save(new Blob([exportedPage(note.title, body)], { type: 'text/html' }), `${name}.html`)
  } else {
    app.preview.value = true
    // Once the page is made of the text.
    await import('../markdown/render.ts')
    requestAnimationFrame(() => setTimeout(() => print(), 200))
  }
}

export const progressText = (what: 'import' | 'export', done: number): string =>
  fill(what === 'import' ? t.importing : t.exporting, {
    percent: new Intl.NumberFormat(language, { style: 'percent' }).format(done),
  })
