import { md5 } from '@noble/hashes/legacy.js'
import { bytesToHex } from '@noble/hashes/utils.js'
import { Parser } from 'htmlparser2'
import { concat, fromBase64 } from '../../base/bytes.ts'
import type { Bytes } from '../attachment.ts'
import { ImportError, type Left, LONGEST_NOTE, MOST_FILE } from './imported.ts'

/** A file of a note, named in its content by the MD5 of its bytes. */
export type EnexResource = {
  readonly hash: string
  readonly type: string
  readonly name: string
  readonly bytes: Bytes
}

/** A note as Evernote exports it. Its content is ENML. Times are milliseconds since 1970. */
export type EnexNote = {
  readonly title: string
  readonly content: string
  readonly createdAt: number | undefined
  readonly updatedAt: number | undefined
  readonly tags: readonly string[]
  readonly source: string
  readonly tasks: readonly EnexTask[]
  readonly resources: readonly EnexResource[]
  readonly left: readonly Left[]
}

export type EnexTask = { readonly title: string; readonly isDone: boolean }

export type EnexReader = {
  /** Takes the next piece of the text, and gives the notes that ended in it. Throws an `ImportError`. */
  push(text: string): readonly EnexNote[]
  /** Ends the text. What is in the middle of a note then is named. Throws an `ImportError` where it is no ENEX at all. */
  end(): readonly Left[]
}

/** ENML is longer than what it says, in characters. */
const LONGEST_CONTENT = 8 * LONGEST_NOTE
/** Titles, tags and the like. */
const LONGEST_FIELD = 10_000

/** A type of document that declares entities is refused: nothing that a note needs, and a few lines of them unfold to gigabytes. */
export const refuseEntities = (declaration: string): void => {
  if (/^!ENTITY|^!DOCTYPE[^>]*(?:\[|<!)/iu.test(declaration)) throw new ImportError('IMPORT_UNSAFE')
}

/** `20240131T120000Z` as a time. */
const timeOf = (text: string): number | undefined => {
  const iso = text.trim().replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/u, '$1-$2-$3T$4:$5:$6Z')
  const time = Date.parse(iso)
  return Number.isFinite(time) ? time : undefined
}

/** Bytes of base64 that comes in pieces (RFC 4648 §4). Throws where it is none. */
const base64Reader = () => {
  const parts: Uint8Array[] = []
  const hash = md5.create()
  let rest = ''
  let size = 0
  const take = (text: string): void => {
    const bytes = fromBase64(text)
    size += bytes.length
    if (size > MOST_FILE) throw new ImportError('IMPORT_TOO_LARGE')
    hash.update(bytes)
    parts.push(bytes)
  }
  return {
    push(text: string): void {
      const all = rest + text.replace(/\s+/gu, '')
      const whole = all.length - (all.length % 4)
      take(all.slice(0, whole))
      rest = all.slice(whole)
    },
    end(): { readonly hash: string; readonly bytes: Bytes } {
      take(rest)
      return { hash: bytesToHex(hash.digest()), bytes: concat(...parts) }
    },
  }
}

type Base64Reader = ReturnType<typeof base64Reader>

/** A file that is being read; `data` is gone where it cannot be. */
type OpenResource = { data: Base64Reader | undefined; reason: Left['reason']; type: string; name: string }

type OpenNote = {
  readonly fields: Map<string, string>
  readonly tags: string[]
  readonly tasks: EnexTask[]
  readonly resources: EnexResource[]
  readonly left: Left[]
}

const openNote = (): OpenNote => ({ fields: new Map(), tags: [], tasks: [], resources: [], left: [] })
const openResource = (): OpenResource => ({ data: base64Reader(), reason: 'IMPORT_UNREADABLE', type: '', name: '' })

const closeResource = (note: OpenNote, { data, reason, type, name }: OpenResource): void => {
  const title = note.fields.get('title') ?? ''
  try {
    if (data === undefined) throw new ImportError('IMPORT_DAMAGED')
    note.resources.push({ ...data.end(), type, name })
  } catch {
    note.left.push({ name: [title, name || type].filter((part) => part !== '').join(' / '), reason })
  }
}

const closeNote = ({ fields, ...rest }: OpenNote): EnexNote => ({
  ...rest,
  title: (fields.get('title') ?? '').trim(),
  content: fields.get('content') ?? '',
  createdAt: timeOf(fields.get('created') ?? ''),
  updatedAt: timeOf(fields.get('updated') ?? ''),
  source: (fields.get('note-attributes/source-url') ?? '').trim(),
})

/** The places in a note whose text is kept, as they stand below it. */
const kept = new Set([
  'title',
  'content',
  'created',
  'updated',
  'note-attributes/source-url',
  'tag',
  'task/title',
  'task/taskStatus',
])

/** What is open while an export is read. */
const createState = () => {
  const done: EnexNote[] = []
  const path: string[] = []
  let note: OpenNote | undefined
  let resource: OpenResource | undefined
  let isWhole = false
  /** Where the parser is below a note: `resource/data`. */
  const place = (): string => path.slice(2).join('/')
  const fail = (thrown: unknown): void => {
    if (resource === undefined) return
    const isLarge = thrown instanceof ImportError && thrown.code === 'IMPORT_TOO_LARGE'
    Object.assign(resource, { data: undefined, reason: isLarge ? 'IMPORT_TOO_LARGE' : 'IMPORT_UNREADABLE' })
  }
  const takeText = (text: string): void => {
    const at = place()
    if (note === undefined) return
    if (at === 'resource/data') {
      try {
        resource?.data?.push(text)
      } catch (thrown) {
        fail(thrown)
      }
    } else if (at === 'resource/mime' && resource !== undefined) resource.type += text.slice(0, 200)
    else if (at === 'resource/resource-attributes/file-name' && resource !== undefined)
      resource.name += text.slice(0, 500)
    else if (kept.has(at)) {
      const most = at === 'content' ? LONGEST_CONTENT : LONGEST_FIELD
      const before = note.fields.get(at) ?? ''
      if (before.length + text.length > most)
        note.left.push({ name: note.fields.get('title') ?? '', reason: 'IMPORT_TOO_LARGE' })
      else note.fields.set(at, before + text)
    }
  }
  const close = (name: string, isImplied: boolean): void => {
    const at = place()
    path.pop()
    if (name === 'en-export') isWhole ||= !isImplied
    if (note === undefined || (isImplied && path.length < 2)) return
    const { fields } = note
    const takeField = (field: string): string => {
      const text = fields.get(field) ?? ''
      fields.delete(field)
      return text.trim()
    }
    if (at === 'tag') note.tags.push(takeField('tag'))
    else if (at === 'task')
      note.tasks.push({ title: takeField('task/title'), isDone: takeField('task/taskStatus') === 'completed' })
    else if (at === 'resource' && resource !== undefined) {
      closeResource(note, resource)
      resource = undefined
    } else if (name === 'note' && path.length === 1) {
      done.push(closeNote(note))
      note = undefined
    }
  }
  return {
    done,
    takeText,
    close,
    open(name: string): void {
      if (path.length === 0 && name !== 'en-export') throw new ImportError('IMPORT_UNKNOWN')
      path.push(name)
      if (path.length === 2 && name === 'note') note = openNote()
      else if (place() === 'resource') resource = openResource()
    },
    isWhole: () => isWhole,
    /** The title of a note that has begun and not ended. */
    begun: () => note?.fields.get('title'),
  }
}

/** Reads the notes of an Evernote export as they come, however long it is. Nothing outside it is asked for or unfolded. */
export const readEnex = (): EnexReader => {
  const state = createState()
  let any = false
  let atEnd: string | undefined
  const parser = new Parser(
    {
      onopentag(name) {
        state.open(name)
        any = true
      },
      ontext: state.takeText,
      onclosetag: state.close,
      onprocessinginstruction: (_, data) => refuseEntities(data),
    },
    { xmlMode: true },
  )
  return {
    push(text) {
      parser.write(text)
      return state.done.splice(0)
    },
    end() {
      atEnd = state.begun()
      parser.end()
      if (!any) throw new ImportError('IMPORT_UNKNOWN')
      return state.isWhole() ? [] : [{ name: atEnd ?? '', reason: 'IMPORT_CUT_OFF' }]
    },
  }
}
