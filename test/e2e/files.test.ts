import type { Page } from 'puppeteer-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type BrowserKind, caseBrowsers } from '../support/browsers.ts'
import { waitFor } from '../support/deadline.ts'
import { byRole, click, fill, hasRole, showsText } from '../support/page.ts'
import { downloadInto, downloadPrefs, type Folder, makeFolder, pdfOf, pick, png } from './support/files.ts'
import {
  bodyOf,
  choose,
  type LocalNotebook,
  listed,
  openLocal,
  openRow,
  saved,
  searchFor,
  writeNote,
} from './support/notebook.ts'

/** Both browsers have a microphone that hums, and nobody is asked for it. */
const withMicrophone = {
  args: ['--use-fake-device-for-media-stream', '--use-fake-ui-for-media-stream'],
  prefs: { 'media.navigator.streams.fake': true, 'media.navigator.permission.disabled': true },
}
/** The person has said no to it once and for all. */
const withoutMicrophone = {
  args: ['--use-fake-device-for-media-stream', '--deny-permission-prompts'],
  prefs: { 'media.navigator.streams.fake': true, 'permissions.default.microphone': 2 },
}

/** How wide the picture of this name is, as the browser has decoded it. */
const widthOf = (page: Page, name: string): Promise<number> =>
  page.evaluate((alt) => {
    const found = [...document.images].find((image) => image.alt === alt)
    return found?.complete === true ? found.naturalWidth : 0
  }, name)

/** Drops a file on the note, as a person does with the mouse. */
const drop = (page: Page, name: string, type: string, base64: string): Promise<void> =>
  page.evaluate(
    (file, media, text) => {
      const data = new DataTransfer()
      data.items.add(new File([Uint8Array.from(atob(text), (one) => one.charCodeAt(0))], file, { type: media }))
      const event = new DragEvent('drop', { bubbles: true, cancelable: true })
      Object.defineProperty(event, 'dataTransfer', { value: data })
      document.querySelector('.sheet')?.dispatchEvent(event)
    },
    name,
    type,
    base64,
  )

describe.each(caseBrowsers)('files of notes in %s', (kind) => {
  let local: LocalNotebook
  /** What is given to the browser, and what comes from it. */
  let given: Folder
  let folder: Folder
  const page = () => local.page

  beforeAll(async () => {
    ;[given, folder] = [await makeFolder(), await makeFolder()]
    local = await openLocal(kind, {
      args: withMicrophone.args,
      prefs: { ...withMicrophone.prefs, ...downloadPrefs(folder) },
    })
    await downloadInto(local.browser, folder)
  })
  afterAll(async () => {
    await local.close()
    await Promise.all([given.remove(), folder.remove()])
  })

  test('a picture is attached, shown under the text and in the preview, and there after a reload', async () => {
    await fill(page(), 'Title', 'Pictures')
    await fill(page(), 'Note', 'Look:')
    await pick(page(), 'Files to attach', [await given.put('shore.png', png)])
    await byRole(page(), 'img', 'shore.png')
    await waitFor(async () => (await widthOf(page(), 'shore.png')) === 1, 'the picture is decoded')
    expect(await bodyOf(page())).toMatch(/^Look:\n!\[shore\.png\]\(attachment:[\w-]+\)\n$/u)
    await saved(page())
    await page().reload()
    await click(page(), 'button', 'Preview')
    const inText = () => page().evaluate(() => document.querySelector<HTMLImageElement>('.prose img')?.naturalWidth)
    await waitFor(async () => (await inText()) === 1, 'the picture is in the preview')
    await click(page(), 'button', 'Preview')
  })

  test('pictures are taken when they are dropped and when they are pasted', async () => {
    await writeNote(page(), 'Dropped', 'here:')
    await drop(page(), 'dropped.png', 'image/png', png.toString('base64'))
    await waitFor(async () => (await widthOf(page(), 'dropped.png')) === 1, 'the dropped picture is shown')
    await page().evaluate((base64) => {
      const data = new DataTransfer()
      const bytes = Uint8Array.from(atob(base64), (one) => one.charCodeAt(0))
      data.items.add(new File([bytes], 'pasted.png', { type: 'image/png' }))
      const event = new ClipboardEvent('paste', { bubbles: true, cancelable: true })
      Object.defineProperty(event, 'clipboardData', { value: data })
      document.querySelector('#note-body')?.dispatchEvent(event)
    }, png.toString('base64'))
    await waitFor(async () => (await widthOf(page(), 'pasted.png')) === 1, 'the pasted picture is shown')
  })

  test('a PDF is kept, and search finds what is written in it', async () => {
    await writeNote(page(), 'Paper', 'About seaweeds')
    await pick(page(), 'Files to attach', [await given.put('paper.pdf', pdfOf('Laminaria digitata'))])
    await byRole(page(), 'button', 'Save a copy of paper.pdf')
    await searchFor(page(), 'digitata')
    await listed(page(), ['Paper'])
    await page().keyboard.press('Escape')
    await click(page(), 'button', 'Filter')
    await choose(page(), 'With', 'Documents')
    await listed(page(), ['Paper'])
    await click(page(), 'button', 'Clear the filter')
    await click(page(), 'button', 'Filter')
    await click(page(), 'button', 'Save a copy of paper.pdf')
    expect((await folder.take('paper', '.pdf')).bytes.toString('latin1')).toContain('Laminaria digitata')
  })

  test('a file of any other kind is kept as it is, and never shown as what it says it is', async () => {
    await writeNote(page(), 'Strange', 'x')
    const svg = '<svg xmlns="http://www.w3.org/2000/svg"><script>globalThis.hit = 1</script></svg>'
    await pick(page(), 'Files to attach', [await given.put('drawing.svg', svg), await given.put('data.bin', 'bytes')])
    await byRole(page(), 'button', 'Save a copy of drawing.svg')
    await byRole(page(), 'button', 'Save a copy of data.bin')
    expect(await hasRole(page(), 'img', 'drawing.svg')).toBe(false)
    await click(page(), 'button', 'Save a copy of drawing.svg')
    expect((await folder.take('drawing', '.svg')).bytes.toString()).toBe(svg)
  })

  test('a file is removed with what names it in the text', async () => {
    await openRow(page(), 'Dropped')
    await click(page(), 'button', 'Remove dropped.png')
    await click(page(), 'button', 'Remove')
    await waitFor(async () => !(await bodyOf(page())).includes('dropped.png'), 'the text names it no more')
    expect(await bodyOf(page())).toContain('pasted.png')
    await waitFor(async () => !(await hasRole(page(), 'img', 'dropped.png')), 'the picture is gone')
  })

  test('a voice memo is recorded, paused, played at any speed, and there after a reload', async () => {
    await click(page(), 'button', 'New note')
    await click(page(), 'button', 'Record')
    const seconds = () =>
      page().evaluate(() => Number(document.querySelector('.recorder-time')?.textContent?.split(':')[1]))
    const level = () => page().evaluate(() => document.querySelector('meter')?.value ?? 0)
    // The clock of Firefox's audio is that of the sound card: without one the meter stands still.
    if (kind === 'chromium') await waitFor(async () => (await level()) > 0, 'the meter moves')
    await waitFor(async () => (await seconds()) >= 1, 'a second is recorded')
    await click(page(), 'button', 'Pause')
    await byRole(page(), 'button', 'Resume')
    await click(page(), 'button', 'Resume')
    await waitFor(async () => (await seconds()) >= 2, 'another second is recorded')
    await click(page(), 'button', 'Stop recording')
    await showsText(page(), 'Voice memo')
    await waitFor(async () => (await bodyOf(page())).includes('(attachment:'), 'the text names the recording')
    await saved(page())
    await page().reload()
    const ready = () => page().evaluate(() => (document.querySelector('audio')?.readyState ?? 0) >= 1)
    await waitFor(ready, 'the recording can be played')
    await choose(page(), 'Speed', '2')
    const played = await page().evaluate(async () => {
      const audio = document.querySelector('audio')
      if (audio === null) return undefined
      audio.muted = true
      await audio.play()
      await new Promise((resolve) => audio.addEventListener('timeupdate', resolve))
      return { rate: audio.playbackRate, error: audio.error }
    })
    expect(played).toEqual({ rate: 2, error: null })
    await click(page(), 'button', 'Filter')
    await choose(page(), 'With', 'Recordings')
    await waitFor(
      async () => (await page().evaluate(() => document.querySelectorAll('.rows li').length)) === 1,
      'the filter shows the note with the recording',
    )
    await click(page(), 'button', 'Clear the filter')
    await click(page(), 'button', 'Filter')
  })

  test('what was recorded is there when the page is closed in the middle', async () => {
    await click(page(), 'button', 'New note')
    await fill(page(), 'Title', 'Cut off')
    await click(page(), 'button', 'Record')
    await waitFor(
      () => page().evaluate(() => document.querySelector('.recorder-time')?.textContent === '0:02'),
      'two seconds are recorded',
    )
    await page().reload()
    await openRow(page(), 'Cut off')
    const ready = () => page().evaluate(() => (document.querySelector('audio')?.readyState ?? 0) >= 1)
    await waitFor(ready, 'what was recorded can be played')
  })
})

describe.each(caseBrowsers)('a microphone that is refused in %s', (kind: BrowserKind) => {
  test('is told with what to do, and nothing is changed', async () => {
    const local = await openLocal(kind, withoutMicrophone)
    try {
      await fill(local.page, 'Note', 'Text')
      // The card that comes with the first note moves what is below it.
      await byRole(local.page, 'region', 'Keep it safe')
      await click(local.page, 'button', 'Record')
      await showsText(local.page, 'The browser does not let Holdfast use the microphone.')
      await showsText(local.page, 'RECORDER_REFUSED')
      expect(await bodyOf(local.page)).toBe('Text')
      expect(await hasRole(local.page, 'button', 'Stop recording')).toBe(false)
    } finally {
      await local.close()
    }
  })
})
