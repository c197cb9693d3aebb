import type { Runtime, Tabs } from 'webextension-polyfill'
import browser from 'webextension-polyfill'
import { busyAt, type Host } from '../../sw/host.ts'
import { answer } from '../../sw/router.ts'
import { isClipMessage, parseClipRequest } from '../clip/messages.ts'
import { CLIP_COMMAND } from '../clip/names.ts'
import type { Background } from './background.ts'
import type { Clips } from './clips.ts'
import { clipOfMenu, createMenus } from './menus.ts'
import { judgeSender } from './sender.ts'

const onMessage =
  (background: Background, clips: Clips, host: Host) => async (message: unknown, from: Runtime.MessageSender) => {
    const sender = judgeSender(from)
    const request = sender.ok && isClipMessage(message) ? parseClipRequest(message) : undefined
    if (request !== undefined) return clips.clip(request)
    return answer(await background.handlers(), message, sender, busyAt(host))
  }

const activeTab = async (): Promise<Tabs.Tab | undefined> =>
  (await browser.tabs.query({ active: true, lastFocusedWindow: true }))[0]

/** Clips without the popup. Where that fails the popup says why: the browser may not let it open by itself. */
const clipAtOnce = async (clips: Clips, request: Parameters<Clips['clip']>[0] | undefined): Promise<void> => {
  if (request === undefined) return
  const { ok } = await clips.clip(request)
  if (!ok) await browser.action.openPopup().catch(() => undefined)
}

const onCommand = (clips: Clips) => async (command: string, given?: Tabs.Tab) => {
  const tab = command === CLIP_COMMAND ? (given ?? (await activeTab())) : undefined
  if (tab?.id === undefined) return
  await clipAtOnce(clips, { type: 'clip', id: crypto.randomUUID(), tab: tab.id, kind: 'auto', pictures: false })
}

/** Registers every listener of the background, in its first turn. */
export const listen = (background: Background, clips: Clips, host: Host): void => {
  const wake = () => background.wake()
  // Whatever started the background: the one before it may have been ended in the middle of a clip.
  void clips.resume()
  browser.runtime.onMessage.addListener(onMessage(background, clips, host))
  browser.contextMenus.onClicked.addListener((info, tab) => void clipAtOnce(clips, clipOfMenu(info, tab)))
  browser.commands.onCommand.addListener(onCommand(clips))
  browser.alarms.onAlarm.addListener(wake)
  browser.runtime.onStartup.addListener(() => void wake())
  browser.runtime.onInstalled.addListener(() => void Promise.all([createMenus(), wake()]))
}
