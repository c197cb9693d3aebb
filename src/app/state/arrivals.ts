import * as v from 'valibot'
import { NAME_HEADER, SHARED_CACHE, SHARED_QUERY, SHARED_TEXT, sharedFile } from '../../protocol/shared.ts'
import { newNote, search } from './actions.ts'
import type { App } from './app.ts'
import { attachFiles, startRecording } from './attach.ts'
import { importFiles } from './exchange-actions.ts'

/** What another app has shared, and nobody has said yes to. */
export type Shared = { readonly title: string; readonly text: string; readonly files: readonly File[] }

const sharedSchema = v.object({ title: v.string(), text: v.string(), url: v.string(), files: v.number() })

const nameIn = (headers: Headers): string => {
  try {
    return decodeURIComponent(headers.get(NAME_HEADER) ?? '')
  } catch {
    return ''
  }
}

/** Takes what the worker has kept; undefined where there is nothing. Any script of this origin could have written it. */
export const takeShared = async (): Promise<Shared | undefined> => {
  try {
    const cache = await caches.open(SHARED_CACHE)
    const told = v.safeParse(sharedSchema, await (await cache.match(SHARED_TEXT))?.json())
    if (!told.success) return undefined
    const files: File[] = []
    for (let index = 0; index < told.output.files; index += 1) {
      const response = await cache.match(sharedFile(index))
      if (response === undefined) continue
      const blob = await response.blob()
      files.push(new File([blob], nameIn(response.headers) || 'file', { type: blob.type }))
    }
    await caches.delete(SHARED_CACHE)
    const { title, text, url } = told.output
    return { title, text: [text, url].filter((part) => part !== '').join('\n\n'), files }
  } catch {
    return undefined
  }
}

/** Makes a note of what was shared. */
export const keepShared = async (app: App, { title, text, files }: Shared): Promise<void> => {
  newNote(app)
  app.notebook.edit({ title, body: text })
  await attachFiles(app, files)
  await app.saver.flush()
}

const parameters = ['new', 'record', 'search', SHARED_QUERY] as const
type Parameter = (typeof parameters)[number]

/** Does what an address of the app asks for, and takes that out of it. */
const follow = async (app: App, url: URL): Promise<void> => {
  const asked = parameters.filter((name) => url.searchParams.has(name))
  if (asked.length === 0) return
  for (const name of parameters) url.searchParams.delete(name)
  if (location.search !== '') history.replaceState(history.state, '', url.pathname + url.search)
  const doing: { readonly [P in Parameter]: () => unknown } = {
    new: () => newNote(app),
    record: () => {
      newNote(app)
      return startRecording(app)
    },
    search: () => search(app),
    [SHARED_QUERY]: async () => {
      app.shared.value = await takeShared()
    },
  }
  for (const name of asked) await doing[name]()
}

type LaunchParams = { readonly targetURL?: string; readonly files?: readonly { getFile(): Promise<File> }[] }
type LaunchQueue = { setConsumer(consumer: (params: LaunchParams) => void): void }

const isQueue = (value: unknown): value is LaunchQueue =>
  typeof Reflect.get(Object(value), 'setConsumer') === 'function'

/** Follows the ways into the app: its shortcuts, what is shared with it, and files that are opened with it. */
export const followArrivals = (app: App): void => {
  void follow(app, new URL(location.href))
  const queue: unknown = Reflect.get(globalThis, 'launchQueue')
  if (!isQueue(queue)) return
  let isFirst = true
  queue.setConsumer(({ targetURL, files = [] }) => {
    // The first launch is the address of this page, which was followed above.
    if (!isFirst && targetURL !== undefined) void follow(app, new URL(targetURL))
    isFirst = false
    if (files.length > 0) void Promise.all(files.map((file) => file.getFile())).then((all) => importFiles(app, all))
  })
}
