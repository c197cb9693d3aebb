import { type ReadonlySignal, signal } from '@preact/signals'
import * as v from 'valibot'
import browser from 'webextension-polyfill'
import { type ClipKind, limits } from '../../clip/kinds.ts'
import { type ClipReply, type ClipRequest, parseClipReply } from '../../clip/messages.ts'
import { CLIP_OUTCOME } from '../../clip/names.ts'

/** What the person chose to clip. */
export type Choice = { readonly kind: PopupKind; readonly pictures: boolean }
export type PopupKind = Extract<ClipKind, 'auto' | 'page' | 'link' | 'screenshot'>
export const popupKinds = ['auto', 'page', 'link', 'screenshot'] as const satisfies readonly PopupKind[]

/** Clips of the page behind the popup, made by the background. */
export type Clipping = {
  readonly choice: ReadonlySignal<Choice>
  readonly busy: ReadonlySignal<boolean>
  /** How the last clip ended, until it was seen. */
  readonly outcome: ReadonlySignal<ClipReply | undefined>
  choose(choice: Partial<Choice>): void
  clip(): Promise<void>
  /** Saves the address of the page that could not be read. */
  saveLink(): Promise<void>
}

const usual: Choice = { kind: 'auto', pictures: false }

const CHOICE = 'clip-choice'
const choiceSchema = v.object({ kind: v.picklist(popupKinds), pictures: v.boolean() })
const outcomeSchema = v.object({ tab: v.number(), at: v.number(), reply: v.unknown() })

/** A clip that went well is old news after this time, in milliseconds. */
const fresh = 60_000

type Behind = Pick<ClipRequest, 'tab' | 'address'>

/** The page behind the popup. */
const behind = async (): Promise<Behind> => {
  const [tab] = await browser.tabs.query({ active: true, lastFocusedWindow: true })
  const address = tab?.url ?? ''
  return { tab: tab?.id ?? -1, ...(address === '' || address.length > limits.address ? {} : { address }) }
}

/** What was drawn last is on screen. A popup that is being closed draws no more. */
const painted = (): Promise<void> =>
  new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(() => resolve())))

type Told = { readonly tab: number; readonly at: number; readonly reply: ClipReply | undefined }

/** How a clip ended of which no popup has told yet: one from the menu, or one whose popup was closed meanwhile. */
const readOutcome = async (): Promise<Told | undefined> => {
  const stored = v.safeParse(outcomeSchema, (await browser.storage.session.get(CLIP_OUTCOME))[CLIP_OUTCOME])
  if (!stored.success) return undefined
  const { tab, at, reply: unparsed } = stored.output
  const reply = parseClipReply(unparsed)
  return { tab, at, reply: reply?.ok === true && Date.now() - at > fresh ? undefined : reply }
}

/** Its outcome is on screen: nothing is left to tell, and the sign on the button goes. */
const seen = async (tabId: number): Promise<void> => {
  await browser.storage.session.remove(CLIP_OUTCOME)
  await browser.action.setBadgeText({ tabId, text: null }).catch(() => undefined)
}

/** Asks again once where the browser ended the background in the middle: the same clip is not made twice. */
const ask = async (request: ClipRequest, again = true): Promise<ClipReply> => {
  try {
    const reply = parseClipReply(await browser.runtime.sendMessage(request))
    if (reply !== undefined) return reply
  } catch {
    // The background went away before it answered.
  }
  return again ? ask(request, false) : { ok: false, refusal: 'interrupted', canLink: true, tab: request.tab }
}

export const createClipping = (): Clipping => {
  const choice = signal<Choice>(usual)
  const busy = signal(false)
  const outcome = signal<ClipReply | undefined>(undefined)
  const takeTold = async () => {
    const told = await readOutcome()
    if (told === undefined || busy.peek()) return
    outcome.value = told.reply
    await painted()
    if ((await readOutcome())?.at === told.at) await seen(told.tab)
  }
  void takeTold()
  // A clip from before may end while the popup is open.
  browser.storage.onChanged.addListener((changes, area) => {
    if (area === 'session' && changes[CLIP_OUTCOME]?.newValue !== undefined && !busy.peek()) void takeTold()
  })
  void browser.storage.local.get(CHOICE).then(({ [CHOICE]: stored }) => {
    const known = v.safeParse(choiceSchema, stored)
    // Whoever has chosen meanwhile knows better.
    if (known.success && choice.peek() === usual) choice.value = known.output
  })
  const run = async (kind: ClipKind, of: Behind): Promise<void> => {
    if (busy.peek()) return
    busy.value = true
    outcome.value = undefined
    const { pictures } = choice.peek()
    outcome.value = await ask({ type: 'clip', id: crypto.randomUUID(), ...of, kind, pictures })
    busy.value = false
    await painted()
    await seen(of.tab)
  }
  return {
    choice,
    busy,
    outcome,
    choose(change) {
      choice.value = { ...choice.peek(), ...change }
      void browser.storage.local.set({ [CHOICE]: choice.peek() })
    },
    clip: async () => run(choice.peek().kind, await behind()),
    async saveLink() {
      const last = outcome.peek()
      if (last?.ok === false) await run('link', { tab: last.tab })
    },
  }
}
