import { type ReadonlySignal, signal } from '@preact/signals'

export type NoticeAction = { readonly label: string; run(): void }

/** Something to tell at the top of the page. A notice replaces the earlier one of the same kind. */
export type Notice = {
  readonly kind: 'sign-in' | 'sign-out' | 'storage' | 'notes' | 'update' | 'files' | 'ai' | 'sync'
  readonly tone: 'error' | 'plain'
  readonly text: string
  /** A stable code to copy into a report. */
  readonly code?: string
  /** Offers the text of the open note for the clipboard. */
  readonly copiesText?: boolean
  readonly actions?: readonly NoticeAction[]
}

export type Notices = {
  readonly list: ReadonlySignal<readonly Notice[]>
  show(notice: Notice): void
  dismiss(kind: Notice['kind']): void
}

export const createNotices = (): Notices => {
  const list = signal<readonly Notice[]>([])
  const without = (kind: Notice['kind']) => list.peek().filter((notice) => notice.kind !== kind)
  return {
    list,
    show(notice) {
      list.value = [...without(notice.kind), notice]
    },
    dismiss(kind) {
      list.value = without(kind)
    },
  }
}
