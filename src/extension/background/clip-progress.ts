import browser from 'webextension-polyfill'
import type { ClipReply, ClipRequest } from '../clip/messages.ts'
import { CLIP_OUTCOME, RUNNING } from '../clip/names.ts'
import { setTabBadge } from './badge.ts'

/** How long the sign of a clip that went well stays, in milliseconds. */
const shown = 4000

const tell = async (id: string, tab: number, reply: ClipReply): Promise<void> => {
  await browser.storage.session.set({ [CLIP_OUTCOME]: { id, tab, at: Date.now(), reply } })
  await setTabBadge(tab, reply.ok ? '✓' : '!')
  if (reply.ok) setTimeout(() => void setTabBadge(tab, null), shown)
}

/** Remembers that a clip is under way, so that its end is not forgotten where the browser ends the background. */
export const beginClip = async ({ id, tab }: ClipRequest): Promise<void> => {
  await browser.storage.session.set({ [RUNNING + id]: tab })
  await setTabBadge(tab, '…')
}

/** Leaves how a clip ended for the popup, and as a sign on the button. */
export const endClip = async ({ id, tab }: ClipRequest, reply: ClipReply): Promise<void> => {
  await browser.storage.session.remove(RUNNING + id)
  await tell(id, tab, reply)
}

/** Ends the clips that were cut off: well where the note is there. */
export const tellCutOff = async (isStored: (id: string) => Promise<boolean>): Promise<void> => {
  const left = Object.entries(await browser.storage.session.get(null)).filter(([name]) => name.startsWith(RUNNING))
  for (const [name, tab] of left) {
    await browser.storage.session.remove(name)
    const id = name.slice(RUNNING.length)
    if (typeof tab !== 'number') continue
    if (await isStored(id)) await setTabBadge(tab, null)
    else await tell(id, tab, { ok: false, refusal: 'interrupted', canLink: true, tab })
  }
}
