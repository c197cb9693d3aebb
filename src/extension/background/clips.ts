import browser, { type Tabs } from 'webextension-polyfill'
import type { Bytes } from '../../base/bytes.ts'
import { type ClipStore, clipStore } from '../../data/clip-store.ts'
import { databaseOf, notebooksStore, readOpenNotebook } from '../../data/notebooks-store.ts'
import { StorageError } from '../../data/storage-error.ts'
import {
  addressOf,
  type Clip,
  composeGrabbed,
  composeLink,
  composePicture,
  composeText,
  type Making,
  type Source,
} from '../clip/compose.ts'
import { type Grabbed, parseGrabbed } from '../clip/grabbed.ts'
import type { Refusal } from '../clip/kinds.ts'
import type { ClipReply, ClipRequest } from '../clip/messages.ts'
import { CLIP_SCRIPT, GRAB } from '../clip/names.ts'
import { beginClip, endClip, tellCutOff } from './clip-progress.ts'

/** How long a page may take to be read, in milliseconds: less than browsers let a background wait. */
const patience = 24_000

/** Why a clip cannot be made. */
class Refused extends Error {
  readonly refusal: Refusal

  constructor(refusal: Refusal) {
    super(refusal)
    this.refusal = refusal
  }
}

/** A page that is left is kept frozen by some browsers, and what was asked of it is not answered. */
const untilLeft = (id: number, address: string) => {
  const { promise, reject } = Promise.withResolvers<never>()
  const gone = () => reject(new Refused('gone'))
  const onUpdated = (tab: number, { status }: Tabs.OnUpdatedChangeInfoType, { url }: Tabs.Tab) => {
    if (tab === id && status === 'loading' && addressOf(url) !== address) gone()
  }
  const onRemoved = (tab: number) => {
    if (tab === id) gone()
  }
  browser.tabs.onUpdated.addListener(onUpdated)
  browser.tabs.onRemoved.addListener(onRemoved)
  const timer = setTimeout(() => reject(new Refused('slow')), patience)
  const stop = () => {
    clearTimeout(timer)
    browser.tabs.onUpdated.removeListener(onUpdated)
    browser.tabs.onRemoved.removeListener(onRemoved)
  }
  return { left: promise, stop }
}

const within = async <T>(work: Promise<T>, id: number, address: string): Promise<T> => {
  const { left, stop } = untilLeft(id, address)
  return Promise.race([work, left]).finally(stop)
}

const tabOf = async (id: number): Promise<Tabs.Tab> => {
  try {
    return await browser.tabs.get(id)
  } catch {
    throw new Refused('gone')
  }
}

/** A failure of the browser: the page was left meanwhile, or it lets no extension in. */
const whyNot = async (id: number, source: Source): Promise<Refused> => {
  const now = await tabOf(id).catch(() => undefined)
  return new Refused(now !== undefined && addressOf(now.url) === source.address ? 'restricted' : 'gone')
}

const runGrab = async ({ id, tab, frame, kind, pictures, target }: ClipRequest): Promise<unknown> => {
  const where = { tabId: tab, ...(frame === undefined ? {} : { frameIds: [frame] }) }
  await browser.scripting.executeScript({ target: where, files: [CLIP_SCRIPT] })
  const order = { kind, note: id, pictures, ...(target === undefined ? {} : { target }) }
  const [answer] = await browser.scripting.executeScript({
    target: where,
    args: [GRAB, order],
    // Runs in the page, where nothing of this file is.
    func: (name: string, given: unknown) => Reflect.get(globalThis, name)(given),
  })
  return answer?.result
}

const grabFrom = async (request: ClipRequest, source: Source): Promise<Grabbed> => {
  const result = await within(runGrab(request), request.tab, source.address).catch(async (thrown: unknown) => {
    throw thrown instanceof Refused ? thrown : await whyNot(request.tab, source)
  })
  const grabbed = parseGrabbed(result)
  if (grabbed === undefined) throw await whyNot(request.tab, source)
  if ('refusal' in grabbed) throw new Refused(grabbed.refusal)
  return grabbed
}

/** What a page shows of itself right now. */
const shoot = async (tab: Tabs.Tab, source: Source): Promise<Bytes> => {
  try {
    const address = await browser.tabs.captureVisibleTab(tab.windowId, { format: 'png' })
    return Uint8Array.from(atob(address.split(',')[1] ?? ''), (char) => char.charCodeAt(0))
  } catch {
    throw await whyNot(tab.id ?? -1, source)
  }
}

const makeRead = async (request: ClipRequest, making: Making, source: Source): Promise<Clip> => {
  try {
    const grabbed = await grabFrom(request, source)
    return composeGrabbed(making, source, grabbed, browser.i18n.getMessage('clipCut'))
  } catch (thrown) {
    // In the frame of another site the words of the selection are all that is told, and they are enough.
    if (request.kind !== 'selection' || !request.text?.trim()) throw thrown
    return composeText(making, source, request.text)
  }
}

/** What a link points to, where that is the address of a page. */
const linkOf = ({ target, text = '' }: ClipRequest): Source => {
  const address = addressOf(target)
  if (address === undefined) throw new Refused('restricted')
  return { address, title: text.replace(/\s+/g, ' ').trim().slice(0, 300) }
}

const make = async (request: ClipRequest, tab: Tabs.Tab, source: Source | undefined): Promise<Clip> => {
  const making = { id: request.id, now: Date.now() }
  if (request.kind === 'link' && request.target !== undefined) return composeLink(making, linkOf(request))
  if (source === undefined) throw new Refused('restricted')
  if (request.kind === 'link') return composeLink(making, source)
  if (request.kind === 'screenshot') {
    return composePicture(making, source, 'screenshot', 'image/png', await shoot(tab, source))
  }
  return makeRead(request, making, source)
}

const sourceOf = ({ url, title = '' }: Tabs.Tab): Source | undefined => {
  const address = addressOf(url)
  return address === undefined ? undefined : { address, title: title.slice(0, 300) }
}

const refusalOf = (thrown: unknown): Refusal =>
  thrown instanceof Refused ? thrown.refusal : thrown instanceof StorageError ? thrown.code : 'STORAGE_FAILED'

/** Makes notes of pages. Every clip ends in a reply; none rejects. */
export type Clips = {
  clip(request: ClipRequest): Promise<ClipReply>
  /** Tells of the clips that the life of the background before this one has left unfinished. */
  resume(): Promise<void>
}

/** Keeps clips in the notebook that is open when they are made. */
const clipsOfOpen = (): ClipStore => {
  const notebooks = notebooksStore()
  const open = async () => clipStore(databaseOf((await readOpenNotebook(notebooks)).name))
  return {
    add: async (note, attachments) => (await open()).add(note, attachments),
    find: async (id) => (await open()).find(id),
  }
}

export const createClips = (store: ClipStore = clipsOfOpen()): Clips => {
  const run = async (request: ClipRequest): Promise<ClipReply> => {
    let source: Source | undefined
    try {
      const done = await store.find(request.id)
      if (done !== undefined) return { ok: true, id: done.id, title: done.title, cut: false, linked: false }
      const tab = await tabOf(request.tab)
      if (request.address !== undefined && tab.url !== request.address) throw new Refused('gone')
      source = sourceOf(tab)
      const clip = await make(request, tab, source)
      await store.add(clip.note, clip.attachments)
      return { ok: true, id: request.id, title: clip.note.title, cut: clip.cut, linked: clip.linked }
    } catch (thrown) {
      return { ok: false, refusal: refusalOf(thrown), canLink: source !== undefined, tab: request.tab }
    }
  }
  let resumed: Promise<void> | undefined
  const resume = () => {
    resumed ??= tellCutOff(async (id) => (await store.find(id)) !== undefined)
    return resumed
  }
  return {
    resume,
    async clip(request) {
      await resume()
      await beginClip(request)
      const reply = await run(request)
      await endClip(request, reply)
      return reply
    },
  }
}
