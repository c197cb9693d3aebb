import {
  afterLineWith,
  canReplace,
  insertion,
  type Origin,
  replacement,
  type Splice,
  spliced,
  type Way,
} from '../../ai/accept.ts'
import { documentIn, prepare, type Source, type Task, titleIn } from '../../ai/tasks.ts'
import { type Attachment, attachmentAddress } from '../../notebook/attachment.ts'
import { isBlank, type NoteText } from '../../notebook/note.ts'
import { t } from '../ui/language.ts'
import { deleteNote, newNote } from './actions.ts'
import { isComplete, type Run } from './ai-runs.ts'
import { ask } from './ai-transport.ts'
import type { App } from './app.ts'
import { whileAwake } from './awake.ts'
import { editField } from './edit-field.ts'
import { focusSoon, places } from './focus.ts'

const nowhere: Origin = { from: 0, text: '' }

const fetchNow: typeof globalThis.fetch = (...given) => globalThis.fetch(...given)

const noWorker = { failure: { code: 'AI_NO_WORKER' } } as const

/** Sends a task to who answers now, for a note. */
const run = async (app: App, noteId: string, task: Task, origin: Origin): Promise<void> => {
  const source = app.ai.source.peek()
  if (source === undefined) return
  const { prompt, isWhole, taken } = prepare(task, source.bounds)
  const made = task.kind === 'rewrite' ? { ...origin, text: origin.text.slice(0, taken) } : origin
  app.ai.isOpen.value = false
  // What is offered to be undone would lie over what comes.
  app.notebook.forgetRemoved()
  await app.ai.runs.start({ noteId, kind: task.kind, who: source.name, origin: made, isWhole }, async (events) => {
    // Without its worker the page has no way to a provider: the address would be the server's, and mean nothing there.
    if (!source.isLocal && navigator.serviceWorker?.controller == null) return noWorker
    const asking = () => ask(fetchNow, source, prompt, events)
    return source.isLocal ? asking() : whileAwake(app.custody, asking)
  })
}

/** The stretch that is marked in the text of the open note; the whole where none is. */
export const markedText = (body: string): Origin => {
  const field = document.getElementById(places.body)
  if (!(field instanceof HTMLTextAreaElement)) return { from: 0, text: body }
  const { selectionStart: from, selectionEnd: to } = field
  return from === to ? { from: 0, text: body } : { from, text: body.slice(from, to) }
}

export const suggestTitle = (app: App): Promise<void> => {
  const { id, body } = app.notebook.open.peek()
  return run(app, id, { kind: 'title', text: body }, nowhere)
}

export const summarise = (app: App): Promise<void> => {
  const { id, title, body } = app.notebook.open.peek()
  const text = [title, body].filter((part) => part !== '').join('\n\n')
  return run(app, id, { kind: 'summary', text }, nowhere)
}

export const rewrite = (app: App, how: string): Promise<void> => {
  const { id, body } = app.notebook.open.peek()
  const origin = markedText(body)
  return run(app, id, { kind: 'rewrite', text: origin.text, how: how.trim() || t.rewriteUsual }, origin)
}

/** Puts away what can be asked; the focus goes back to what shows it. */
export const closeAi = ({ ai }: App): void => {
  if (!ai.isOpen.peek()) return
  ai.isOpen.value = false
  focusSoon('ai')
}

/** How much of a wish stands as the title of its draft until it has one, in characters. */
const longestTitle = 60

/** Makes a note for the document, and suggests the text of it there. */
export const draft = (app: App, notes: readonly Source[], wish: string): Promise<void> => {
  app.dialog.value = undefined
  newNote(app)
  const title = wish.trim().split('\n')[0]?.slice(0, longestTitle) ?? ''
  app.notebook.edit({ title: title === '' ? t.draftTitle : title })
  return run(app, app.notebook.open.peek().id, { kind: 'draft', notes, wish }, nowhere)
}

/** Writes down what is said in a recording, for the text and for search. */
export const transcribe = async (app: App, file: Attachment): Promise<void> => {
  const { ai, notices, attachments } = app
  const who = ai.listener.peek()
  if (who === undefined) {
    const settings = { label: t.settings, run: () => app.navigation.goTo('settings') }
    notices.show({ kind: 'ai', tone: 'plain', text: t.speechMissing, actions: [settings] })
    return
  }
  notices.dismiss('ai')
  const about = {
    noteId: file.noteId,
    kind: 'transcript',
    who,
    origin: nowhere,
    isWhole: true,
    fileId: file.id,
  } as const
  const done = await ai.runs.start(about, async (events) => {
    try {
      const memo = await attachments.read(file.id)
      return await whileAwake(app.custody, () => ai.speech.transcribe(memo, file.name, events))
    } catch {
      return { failure: { code: 'AI_UNREADABLE' } }
    }
  })
  // Search finds the words from now on, whether or not they are put into the text.
  if (isComplete(done)) await attachments.change(file.id, { text: done.text }).catch(() => undefined)
}

/** What can be done with a suggestion, the likeliest first. A part is never put in the place of the whole. */
export const waysOf = (run: Run, { body }: NoteText): readonly Way[] => {
  if (run.text.trim() === '') return []
  if (run.kind === 'title') return ['title']
  if (run.kind === 'rewrite' && isComplete(run) && canReplace(body, run.origin)) return ['replace', 'insert']
  return ['insert']
}

const insertedAt = ({ kind, fileId, origin }: Run, body: string): number => {
  if (kind === 'summary') return 0
  if (kind === 'transcript') return afterLineWith(body, `(${attachmentAddress(fileId ?? '')})`)
  return kind === 'rewrite' && canReplace(body, origin) ? body.indexOf(origin.text) + origin.text.length : body.length
}

/** What the note is to become. */
const changeFor = (
  run: Run,
  way: Way,
  note: NoteText,
): { readonly field: 'title' | 'body'; readonly splice: Splice } => {
  if (way === 'title')
    return { field: 'title', splice: { at: 0, remove: note.title.length, insert: titleIn(run.text) } }
  const replaced = way === 'replace' ? replacement(note.body, run.origin, run.text) : undefined
  return { field: 'body', splice: replaced ?? insertion(note.body, insertedAt(run, note.body), run.text) }
}

/** A draft brings its own title, in place of the wish that stood for it. */
const acceptDraft = (app: App, run: Run, note: NoteText): NoteText => {
  const made = documentIn(run.text)
  const splice = insertion(note.body, note.body.length, made.body)
  const after = { title: made.title === '' ? note.title : made.title, body: spliced(note.body, splice) }
  app.notebook.edit(after)
  return after
}

const acceptEdit = (app: App, run: Run, way: Way, note: NoteText): NoteText => {
  const { field, splice } = changeFor(run, way, note)
  const after = { title: note.title, body: note.body, [field]: spliced(note[field], splice) }
  if (!editField(field, splice)) app.notebook.edit({ [field]: after[field] })
  return after
}

/** Puts a suggestion into the open note, as one edit. What the note was is kept first. */
export const accept = async (app: App, run: Run, way: Way): Promise<void> => {
  const { notebook, versions, ai } = app
  const note = notebook.open.peek()
  if (note.id !== run.noteId) return
  if (!isBlank(note)) void versions.keep(note).catch(() => undefined)
  const before = { title: note.title, body: note.body }
  const after = run.kind === 'draft' ? acceptDraft(app, run, before) : acceptEdit(app, run, way, before)
  ai.runs.accept(run.noteId, { before, after })
  await app.saver.flush()
}

/** Whether the note is still what an accepted suggestion has made of it. */
export const canTakeBack = ({ change }: Run, { title, body }: NoteText): boolean =>
  change !== undefined && change.after.title === title && change.after.body === body

export const takeBack = (app: App, { noteId, change }: Run): void => {
  const note = app.notebook.open.peek()
  if (change === undefined || note.id !== noteId) return
  app.notebook.edit(change.before)
  app.ai.runs.drop(noteId)
  focusSoon('body')
}

/** Drops a suggestion. A note that was made for a draft alone goes with it, to the trash. */
export const discard = (app: App, run: Run): void => {
  app.ai.runs.drop(run.noteId)
  const { id, body } = app.notebook.open.peek()
  if (run.kind === 'draft' && id === run.noteId && body === '' && run.state !== 'accepted') void deleteNote(app)
  else focusSoon('body')
}
