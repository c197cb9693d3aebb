import type { Runtime } from 'webextension-polyfill'
import browser from 'webextension-polyfill'
import { answer } from '../../sw/router.ts'
import type { Background } from './background.ts'
import { judgeSender } from './sender.ts'

/** Registers every listener of the background, in its first turn. */
export const listen = (background: Background): void => {
  browser.runtime.onMessage.addListener(async (message: unknown, sender: Runtime.MessageSender) =>
    answer(await background.handlers(), message, judgeSender(sender)),
  )
  browser.alarms.onAlarm.addListener(() => background.wake())
  browser.runtime.onStartup.addListener(() => void background.wake())
  browser.runtime.onInstalled.addListener(() => void background.wake())
}
