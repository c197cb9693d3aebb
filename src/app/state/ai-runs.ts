import { type ReadonlySignal, signal } from '@preact/signals'
import type { Origin } from '../../ai/accept.ts'
import type { AiFailure } from '../../ai/failure.ts'
import type { Ending } from '../../ai/protocol.ts'
import type { TaskKind } from '../../ai/tasks.ts'
import type { NoteText } from '../../notebook/note.ts'
import type { Ended } from './ai-transport.ts'

export type RunKind = TaskKind | 'transcript'

/** What an AI is doing, or has done, for a note. Its text is a suggestion: nothing of it is in the note. */
export type Run = {
  readonly noteId: string
  readonly kind: RunKind
  /** Who answers, as people call it. */
  readonly who: string
  readonly origin: Origin
  /** False where only a part of what there is to read was sent. */
  readonly isWhole: boolean
  /** The file that was written down. */
  readonly fileId?: string
  readonly text: string
  readonly state: 'waiting' | 'writing' | 'ended' | 'accepted'
  readonly how?: Ending | 'stopped'
  readonly failure?: AiFailure
  /** Of an accepted one: what the note was before and after. */
  readonly change?: { readonly before: NoteText; readonly after: NoteText }
}

export type NewRun = Pick<Run, 'noteId' | 'kind' | 'who' | 'origin' | 'isWhole' | 'fileId'>

/** Does the work of a run, and says what comes of it. */
export type Work = (events: { onText(text: string): void; readonly signal: AbortSignal }) => Promise<Ended>

export type Runs = {
  /** The run of each note, by the id of the note. */
  readonly all: ReadonlySignal<ReadonlyMap<string, Run>>
  /** Starts one in the place of what the note had. Settles when it has ended, and never rejects. */
  start(run: NewRun, work: Work): Promise<Run>
  /** Starts the same work again. */
  again(noteId: string): Promise<void>
  /** What came so far stays. */
  stop(noteId: string): void
  accept(noteId: string, change: NonNullable<Run['change']>): void
  drop(noteId: string): void
}

/** True where all that was to come has come. */
export const isComplete = ({ how }: Run): boolean => how === 'complete'

export const createRuns = (): Runs => {
  const all = signal<ReadonlyMap<string, Run>>(new Map())
  const under = new Map<string, { readonly controller: AbortController; readonly begin: () => Promise<Run> }>()
  const put = (run: Run): Run => {
    all.value = new Map(all.peek()).set(run.noteId, run)
    return run
  }
  const change = (noteId: string, next: (run: Run) => Run): void => {
    const run = all.peek().get(noteId)
    if (run !== undefined) put(next(run))
  }

  const start = async (given: NewRun, work: Work): Promise<Run> => {
    const { noteId } = given
    under.get(noteId)?.controller.abort()
    const controller = new AbortController()
    const isMine = () => under.get(noteId)?.controller === controller
    under.set(noteId, { controller, begin: () => start(given, work) })
    put({ ...given, text: '', state: 'waiting' })
    const ended = await work({
      signal: controller.signal,
      onText(text) {
        if (isMine()) change(noteId, (run) => ({ ...run, text: run.text + text, state: 'writing' }))
      },
    })
    const last: Run = { ...given, text: '', ...all.peek().get(noteId), state: 'ended', ...ended }
    return isMine() ? put(last) : last
  }

  return {
    all,
    start,
    async again(noteId) {
      await under.get(noteId)?.begin()
    },
    stop: (noteId) => under.get(noteId)?.controller.abort(),
    accept: (noteId, done) => change(noteId, (run) => ({ ...run, state: 'accepted', change: done })),
    drop(noteId) {
      under.get(noteId)?.controller.abort()
      under.delete(noteId)
      all.value = new Map([...all.peek()].filter(([id]) => id !== noteId))
    },
  }
}
