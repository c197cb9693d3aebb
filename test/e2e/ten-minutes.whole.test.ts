import { setTimeout as pause } from 'node:timers/promises'
import type { Page } from 'puppeteer-core'
import { describe, expect, test } from 'vitest'
import { browsers, closeBrowser, launchBrowser } from '../support/browsers.ts'
import { startHoldfast } from '../support/holdfast.ts'
import { byRole, click, fill, openPage, showsText } from '../support/page.ts'
import { startWatchingProxy } from '../support/watching-proxy.ts'
import { openRow, searchFor, titles } from './support/notebook.ts'

const MINUTES = 10

/** What the browsers ask their makers by themselves when something is typed or saved: suggestions, updates, safe browsing. */
const makers = /(?:^|\.)(?:google|googleapis|gvt1|mozilla|firefox)\.(?:com|org|net):443$/u

const saved = (page: Page): Promise<void> => showsText(page, 'Saved on this device')

/** One round of what a person does in a notebook, at the pace of a person. */
const useOnce = async (page: Page, round: number): Promise<void> => {
  const title = `Note ${round}`
  await click(page, 'button', 'New note')
  await fill(page, 'Title', title)
  await fill(
    page,
    'Note',
    `![far](https://example.com/${round}.png)\n\n<img src="https://example.org/x.png"> and www.example.net`,
  )
  await saved(page)
  await click(page, 'button', 'Preview')
  await pause(1500)
  await click(page, 'button', 'Preview')
  await fill(page, 'Add a tag', `tag${round % 5}`)
  await page.keyboard.press('Enter')
  await searchFor(page, title)
  await openRow(page, title)
  await page.keyboard.press('Escape')
  await click(page, 'button', 'History')
  await pause(500)
  await click(page, 'button', 'Close')
  if (round % 4 === 0) {
    await click(page, 'button', 'Export')
    await click(page, 'button', 'HTML')
  }
  if (round % 3 === 0) await click(page, 'button', 'Delete note')
  await click(page, 'link', 'Settings')
  await byRole(page, 'heading', 'Settings')
  await pause(1000)
  await click(page, 'link', 'Back to notes')
  if (round % 5 === 0) await page.reload()
  await byRole(page, 'textbox', 'Note')
}

describe.each(browsers)('ten minutes of use without an account in %s', (kind) => {
  test(
    'ask no other origin for anything: page, worker and browser together',
    async () => {
      const holdfast = await startHoldfast()
      const proxy = await startWatchingProxy()
      const browser = await launchBrowser(kind, proxy.optionsFor(kind))
      try {
        // What a browser asks for by itself when it starts, before there is a page of ours.
        const page = await openPage(browser)
        await pause(5000)
        const own = new Set(proxy.asked)
        await page.goto(holdfast.appUrl)
        await page.setViewport({ width: 1280, height: 800 })
        await fill(page, 'Note', 'The first note')
        await saved(page)
        const end = Date.now() + MINUTES * 60_000
        let rounds = 0
        for (; Date.now() < end; rounds += 1) await useOnce(page, rounds)
        expect(rounds).toBeGreaterThan(20)
        // No more rows are in the page than fit the window.
        expect((await titles(page)).length).toBeGreaterThan(5)
        const host = new URL(holdfast.appUrl).host
        const asked = [...proxy.asked].filter((one) => !own.has(one) && !makers.test(one))
        expect(asked.filter((one) => one !== holdfast.appUrl && one !== host)).toEqual([])
        expect(asked).not.toEqual([])
        expect(holdfast.recorder.requests.filter(({ site }) => site === 'id')).toEqual([])
      } finally {
        await closeBrowser(browser)
        await proxy.close()
        await holdfast.stop()
      }
    },
    (MINUTES + 3) * 60_000,
  )
})
