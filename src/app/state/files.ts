import { type ReadonlySignal, signal } from '@preact/signals'
import type { AttachmentsStore } from '../../data/attachments-store.ts'
import {
  type Attachment,
  attachmentAddress,
  type FileFacts,
  factsOf,
  isPicture,
  noFiles,
} from '../../notebook/attachment.ts'

/** What one file may have at most, in bytes. */
export const MOST_OF_A_FILE = 100 * 1024 ** 2

export type Files = {
  readonly facts: ReadonlySignal<FileFacts>
  /** Stores a file with a note. Rejects with a `StorageError`. */
  attach(noteId: string, file: File): Promise<Attachment>
}

/** How a text refers to a file: a picture is shown, anything else is a link. */
export const referenceTo = (file: Attachment): string => {
  const name = file.name.replace(/[[\]\\]/gu, '')
  return `${isPicture(file.type) ? '!' : ''}[${name}](${attachmentAddress(file.id)})`
}

/** Nothing that a page could be told to run is kept under a type that says so. */
const typeOf = ({ type }: File): string =>
  /^[\w.+-]+\/[\w.+-]+$/u.test(type) ? type.toLowerCase() : 'application/octet-stream'

export const createFiles = (store: AttachmentsStore, readText: (file: Blob) => Promise<string>): Files => {
  const facts = signal(noFiles)
  store.watchAll((files) => {
    facts.value = factsOf(files)
  })
  return {
    facts,
    async attach(noteId, file) {
      const attachment: Attachment = {
        id: crypto.randomUUID(),
        noteId,
        name: file.name || 'file',
        type: typeOf(file),
        size: file.size,
        createdAt: Date.now(),
        text: '',
        duration: null,
      }
      await store.add([{ attachment, bytes: new Uint8Array(await file.arrayBuffer()) }])
      // For search only: where it cannot be read, the file is there all the same.
      if (attachment.type === 'application/pdf') {
        void readText(file)
          .then((text) => store.change(attachment.id, { text }))
          .catch(() => undefined)
      }
      return attachment
    },
  }
}
