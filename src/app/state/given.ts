import { ImportError, type Left, MOST_FILES, reasonOf } from '../../notebook/exchange/imported.ts'

/** A file that someone gave to be imported, with its place among the others. */
export type Given = { readonly file: File; readonly path: string }

/** What was dropped: its files, those in folders too, and what could not be read of it. */
export type Dropped = { readonly given: readonly Given[]; readonly left: readonly Left[] }

/** A file as a picker gives it: where a folder was chosen, it knows its place in it. */
export const asGiven = (file: File): Given => ({ file, path: file.webkitRelativePath || file.name })

/** What the browser tells of something that is dropped. */
type Entry = Pick<FileSystemEntry, 'fullPath' | 'isDirectory' | 'isFile'>
type FileEntry = Entry & Pick<FileSystemFileEntry, 'file'>
type FolderReader = { readEntries(done: (some: readonly Entry[]) => void, fail?: (thrown: Error) => void): void }
type FolderEntry = Entry & { createReader(): FolderReader }
type Item = { readonly kind: string; webkitGetAsEntry(): Entry | null }
export type Dragged = { readonly items: Iterable<Item>; readonly files: Iterable<File> }

const isFolder = (entry: Entry): entry is FolderEntry => entry.isDirectory
const isFile = (entry: Entry): entry is FileEntry => entry.isFile

const fileOf = (entry: FileEntry): Promise<File> =>
  new Promise((resolve, reject) => {
    entry.file(resolve, reject)
  })

/** What is in a folder. A browser gives some at a time, and at last nothing. */
async function* entriesIn(folder: FolderEntry): AsyncGenerator<Entry> {
  const reader = folder.createReader()
  for (;;) {
    const some = await new Promise<readonly Entry[]>((resolve, reject) => {
      reader.readEntries(resolve, reject)
    })
    if (some.length === 0) return
    yield* some
  }
}

const pathOf = ({ fullPath }: Entry): string => fullPath.replace(/^\/+/u, '')

/** Reads what was dropped, one folder after the other. Throws an `ImportError` where there is more than an import may have. */
const walk = async (roots: readonly Entry[]): Promise<Dropped> => {
  const given: Given[] = []
  const left: Left[] = []
  const waiting = [...roots]
  for (let entry = waiting.shift(); entry !== undefined; entry = waiting.shift()) {
    if (given.length + waiting.length > MOST_FILES) throw new ImportError('IMPORT_TOO_LARGE')
    const path = pathOf(entry)
    try {
      if (isFolder(entry)) for await (const inner of entriesIn(entry)) waiting.push(inner)
      else if (isFile(entry)) given.push({ path, file: await fileOf(entry) })
    } catch (thrown) {
      left.push({ name: path, reason: reasonOf(thrown) })
    }
  }
  return { given, left }
}

const entriesOf = (data: Dragged): readonly Entry[] =>
  [...data.items].flatMap((item) => (item.kind === 'file' ? (item.webkitGetAsEntry() ?? []) : []))

/** Whether files or folders are being dragged. */
export const hasFiles = (data: DataTransfer | null): data is DataTransfer => data?.types.includes('Files') === true

/** Whether a folder is among what is dropped. To be asked while it is being dropped. */
export const hasFolder = (data: Dragged | null): boolean => data !== null && entriesOf(data).some(isFolder)

/** What was dropped. To be called while it is being dropped: afterwards the browser has forgotten it. */
export const readDropped = (data: Dragged): Promise<Dropped> => {
  const entries = entriesOf(data)
  // What another program hands over as a file need not be in any folder.
  return entries.length > 0 ? walk(entries) : Promise.resolve({ given: [...data.files].map(asGiven), left: [] })
}
