import { createHash } from 'node:crypto'
import { join } from 'node:path'
import { strToU8, unzipSync, zipSync } from 'fflate'
import type { Page } from 'puppeteer-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { violations } from '../support/axe.ts'
import { caseBrowsers } from '../support/browsers.ts'
import { waitFor } from '../support/deadline.ts'
import { item, tarOf } from '../support/jex.ts'
import { byRole, click, fill, showsText } from '../support/page.ts'
import { downloadInto, downloadPrefs, drop, type Folder, makeFolder, pick, png } from './support/files.ts'
import {
  bodyOf,
  type LocalNotebook,
  openLocal,
  openRow,
  saved,
  searchFor,
  titles,
  writeNote,
} from './support/notebook.ts'

/** All that is kept of notes and their files: what an export has to bring back. */
type Everything = { readonly notes: readonly object[]; readonly attachments: unknown; readonly chunks: unknown }

const everything = (page: Page): Promise<Everything> =>
  page.evaluate(async () => {
    const opened = indexedDB.open('holdfast-notes')
    const database = await new Promise<IDBDatabase>((resolve, reject) => {
      opened.onsuccess = () => resolve(opened.result)
      opened.onerror = () => reject(opened.error)
    })
    const read = (store: string): Promise<Record<string, unknown>[]> =>
      new Promise((resolve, reject) => {
        const request = database.transaction(store).objectStore(store).getAll()
        request.onsuccess = () => resolve(request.result)
        request.onerror = () => reject(request.error)
      })
    const [notes, attachments, chunks] = [await read('notes'), await read('attachments'), await read('chunks')]
    database.close()
    const marks = { pinned: false, tags: [], trashedAt: null }
    return {
      notes: notes.map(({ settled: _, ...note }) => ({ ...marks, ...note })),
      attachments,
      chunks: chunks.map(({ bytes, ...chunk }) => ({ ...chunk, bytes: [...(bytes as Uint8Array)] })),
    }
  })

/** The rows of the notes of this title. */
const notesTitled = async (page: Page, title: string): Promise<readonly unknown[]> => {
  const { notes } = await everything(page)
  return notes.filter((note) => Reflect.get(note, 'title') === title)
}

/** Removes everything that the browser keeps of the notes, and opens the app anew. */
const wipe = async (page: Page): Promise<void> => {
  await page.evaluate(async () => {
    const request = indexedDB.deleteDatabase('holdfast-notes')
    await new Promise((resolve) => {
      request.onsuccess = resolve
    })
    await caches.delete('holdfast-mark')
  })
  await page.reload()
  await waitFor(async () => (await titles(page)).length === 0, 'the notebook is empty')
}

describe.each(caseBrowsers)('notes that come and go as files in %s', (kind) => {
  let local: LocalNotebook
  /** What is given to the browser, and what comes from it. */
  let given: Folder
  let folder: Folder
  const page = () => local.page
  const importFile = async (name: string, content: string | Uint8Array): Promise<void> =>
    pick(page(), 'Files to import', [await given.put(name, content)])

  beforeAll(async () => {
    ;[given, folder] = [await makeFolder(), await makeFolder()]
    local = await openLocal(kind, { prefs: downloadPrefs(folder) })
    await downloadInto(local.browser, folder)
    await writeNote(page(), 'Tide "tables": high/low', 'High water\n\n---\n\nÜber 海藻 🌊')
    await writeNote(page(), 'Pictures', 'Look:')
    await fill(page(), 'Add a tag', 'sea, low tide')
    await page().keyboard.press('Enter')
    await pick(page(), 'Files to attach', [await given.put('shore.png', png)])
    await byRole(page(), 'img', 'shore.png')
    await click(page(), 'button', 'Pin to the top')
    await writeNote(page(), 'Thrown away', 'text')
    await click(page(), 'button', 'Delete note')
    await saved(page())
  })
  afterAll(async () => {
    await local.close()
    await Promise.all([given.remove(), folder.remove()])
  })

  test.each([
    ['Markdown (zip)', '.zip'],
    ['JSON', '.json'],
  ])('as %s: exported, wiped and imported they are what they were', async (format, ending) => {
    await saved(page())
    const before = await everything(page())
    await click(page(), 'button', 'Export')
    await click(page(), 'button', format)
    const { name, bytes } = await folder.take('holdfast-', ending)
    await wipe(page())
    await importFile(name, bytes)
    await showsText(page(), '3 notes imported.')
    expect(await everything(page())).toEqual(before)
    await importFile(name, bytes)
    await showsText(page(), '0 notes imported. 3 were here already.')
    expect(await everything(page())).toEqual(before)
    await click(page(), 'button', 'Dismiss')
  })

  test('a zip is readable without Holdfast', async () => {
    await click(page(), 'button', 'Export')
    await click(page(), 'button', 'Markdown (zip)')
    const files = unzipSync(new Uint8Array((await folder.take('holdfast-', '.zip')).bytes))
    const names = Object.keys(files)
    expect(names).toContain('notes/Tide tables high low.md')
    expect(names).toContain('trash/Thrown away.md')
    const picture = names.find((name) => name.endsWith('shore.png')) ?? ''
    expect(Buffer.from(files[picture] ?? [])).toEqual(png)
    const note = Buffer.from(files['notes/Pictures.md'] ?? []).toString()
    expect(note).toContain('tags: ["low tide","sea"]')
    expect(note).toContain(`(<../${picture}>)`)
  })

  test('all notes come as one page that runs nothing', async () => {
    await click(page(), 'button', 'Export')
    await click(page(), 'button', 'HTML')
    const html = (await folder.take('holdfast-', '.html')).bytes.toString()
    expect(html).toContain("default-src 'none'")
    expect(html).toContain('Über 海藻 🌊')
    expect(html).toContain(`src="data:image/png;base64,${png.toString('base64')}"`)
  })

  test('one note comes as Markdown, and as a zip where something is attached', async () => {
    await openRow(page(), 'Tide "tables": high/low')
    await click(page(), 'button', 'Export note')
    await click(page(), 'button', 'Markdown')
    expect((await folder.take('Tide', '.md')).bytes.toString()).toContain('title: "Tide \\"tables\\": high/low"')
    await openRow(page(), 'Pictures')
    await click(page(), 'button', 'Export note')
    await click(page(), 'button', 'Markdown')
    const names = Object.keys(unzipSync(new Uint8Array((await folder.take('Pictures', '.zip')).bytes)))
    expect(names.map((name) => name.replace(/.*\//u, ''))).toEqual(['Pictures.md', 'shore.png', 'attachments.json'])
  })

  test('the page of one note shows its pictures and gives its files, asks nobody, and is read again', async () => {
    await openRow(page(), 'Pictures')
    const hostile = '<script>globalThis.hit = 1</script><img src=x onerror="globalThis.hit = 1">'
    await pick(page(), 'Files to attach', [await given.put('<b>.html', hostile)])
    await byRole(page(), 'button', 'Save a copy of <b>.html')
    await saved(page())
    await click(page(), 'button', 'Export note')
    await click(page(), 'button', 'HTML')
    const { name, bytes } = await folder.take('Pictures', '.html')
    const alone = await local.browser.newPage()
    await alone.goto(`file://${await given.put(name, bytes)}`)
    const shown = await alone.evaluate(() => ({
      width: document.images[0]?.naturalWidth,
      link: document.querySelector<HTMLAnchorElement>('a[download]')?.href,
      styled: getComputedStyle(document.body).maxWidth !== 'none',
      hit: Reflect.has(globalThis, 'hit'),
    }))
    await alone.close()
    const link = `data:application/octet-stream;base64,${Buffer.from(hostile).toString('base64')}`
    expect(shown).toEqual({ width: 1, link, styled: true, hit: false })
    await importFile(name, bytes)
    await showsText(page(), '1 note imported.')
    await importFile(name, bytes)
    await showsText(page(), '0 notes imported. 1 was here already.')
    await searchFor(page(), 'Pictures')
    await waitFor(async () => (await titles(page())).length === 2, 'the note of the page is there')
    await page().keyboard.press('Escape')
    await click(page(), 'button', 'Dismiss')
  })

  test('a note that was changed here since comes as a copy, and nothing is overwritten', async () => {
    await click(page(), 'button', 'Export')
    await click(page(), 'button', 'JSON')
    const { name, bytes } = await folder.take('holdfast-', '.json')
    await openRow(page(), 'Pictures')
    await fill(page(), 'Note', 'Changed here')
    await saved(page())
    await importFile(name, bytes)
    await showsText(page(), '1 note imported. 1 of them is a copy beside a note that was changed here.')
    await searchFor(page(), 'Pictures')
    await waitFor(async () => (await titles(page())).length === 3, 'all are there')
    expect(await bodyOf(page())).toBe('Changed here')
    await page().keyboard.press('Escape')
    await click(page(), 'button', 'Dismiss')
  })

  test('HTML and Markdown of others become notes in which nothing runs', async () => {
    const html =
      '<h1>From elsewhere</h1><p>Text<script>globalThis.hit = 1</script><img src=x onerror="globalThis.hit=1">'
    await importFile('elsewhere.html', html)
    await showsText(page(), '1 note imported.')
    await openRow(page(), 'From elsewhere')
    expect((await bodyOf(page())).trim()).toBe('Text![](x)')
    await click(page(), 'button', 'Dismiss')
    await importFile('theirs.md', '---\ntitle: Theirs\ntags: [a, b]\n---\n[x](javascript:globalThis.hit=1)')
    await showsText(page(), '1 note imported.')
    await openRow(page(), 'Theirs')
    await click(page(), 'button', 'Preview')
    await waitFor(() => page().evaluate(() => document.querySelector('.prose a') !== null), 'the preview is there')
    const link = await page().evaluate(() => document.querySelector<HTMLElement>('.prose a')?.getAttribute('href'))
    expect(link ?? null).toBeNull()
    expect(await page().evaluate(() => Reflect.has(globalThis, 'hit'))).toBe(false)
    await click(page(), 'button', 'Preview')
    await click(page(), 'button', 'Dismiss')
  })

  test('Evernote notes come with their pictures, tasks, tags and dates, once, and what is damaged is named', async () => {
    const hash = createHash('md5').update(png).digest('hex')
    const content = `<?xml version="1.0"?><!DOCTYPE en-note SYSTEM "http://xml.evernote.com/pub/enml2.dtd"><en-note><div><b>Bold</b>&nbsp;text</div><div><en-todo checked="true"/>Done</div><div><en-todo/>Open</div><en-media hash="${hash}" type="image/png"/><a href="javascript:globalThis.hit=1">x</a><img src="https://example.com/x.png" onerror="globalThis.hit=1"/><en-crypt hint="usual">RU5D</en-crypt></en-note>`
    const resource = `<resource><data encoding="base64">${png.toString('base64')}</data><mime>image/png</mime><resource-attributes><file-name>buoy.png</file-name></resource-attributes></resource>`
    const note = `<note><title>From Evernote</title><created>20240131T120000Z</created><updated>20240201T120000Z</updated><tag>ev</tag><note-attributes><source-url>https://example.com/</source-url></note-attributes><content><![CDATA[${content}]]></content>${resource}</note>`
    const enex = `<?xml version="1.0"?><!DOCTYPE en-export SYSTEM "http://xml.evernote.com/pub/evernote-export4.dtd"><en-export>${note}<note><title>Half`
    await importFile('notes.enex', enex)
    await byRole(page(), 'dialog', 'What could not be taken in')
    const report = () => page().evaluate(() => document.querySelector<HTMLTextAreaElement>('.report')?.value)
    expect(await report()).toBe('notes.enex / Half: the file ends in the middle of it (IMPORT_CUT_OFF)')
    expect(await violations(page())).toEqual([])
    await click(page(), 'button', 'Close')
    await showsText(page(), '1 note imported. 1 item could not be taken in.')
    await openRow(page(), 'From Evernote')
    const body = await bodyOf(page())
    expect(body).toMatch(
      /^\*\*Bold\*\*\s+text\n\n- \[x\] +Done\n\n- \[ \] +Open\n\n!\[buoy\.png\]\(attachment:[\w-]+\)/u,
    )
    expect(body).toContain('![](https://example.com/x.png)')
    expect(body).toContain(
      'Encrypted in Evernote, and readable only there. usual\n\n```\nRU5D\n```\n\n<https://example.com/>',
    )
    expect(body).not.toContain('javascript')
    await byRole(page(), 'img', 'buoy.png')
    await importFile('notes.enex', enex)
    await byRole(page(), 'dialog', 'What could not be taken in')
    await click(page(), 'button', 'Close')
    await showsText(page(), '0 notes imported. 1 was here already.')
    const [one] = await notesTitled(page(), 'From Evernote')
    expect(one).toMatchObject({
      tags: ['ev'],
      createdAt: Date.UTC(2024, 0, 31, 12),
      updatedAt: Date.UTC(2024, 1, 1, 12),
    })
    const bomb = `<!DOCTYPE en-export [<!ENTITY a "${'a'.repeat(1000)}">]><en-export>${note}</en-export>`
    await importFile('bomb.enex', bomb)
    await showsText(page(), 'IMPORT_UNSAFE')
    expect(await page().evaluate(() => Reflect.has(globalThis, 'hit'))).toBe(false)
    await click(page(), 'button', 'Dismiss')
  })

  test('Markdown of Joplin comes with its files, from a zip and from files that are picked together', async () => {
    const text =
      '---\ntitle: From Joplin\ncreated: 2024-05-01 09:30:00Z\nupdated: 2024-05-02 10:00:00Z\ntags:\n  - jo\n---\n\n![](../_resources/float.png)'
    const zip = zipSync({
      'Sea/From Joplin.md': strToU8(text),
      'Land/Other.md': strToU8('x'),
      '_resources/float.png': new Uint8Array(png),
    })
    await importFile('joplin.zip', zip)
    await showsText(page(), '2 notes imported.')
    await openRow(page(), 'From Joplin')
    await byRole(page(), 'img', 'float.png')
    await importFile('joplin.zip', zip)
    await showsText(page(), '0 notes imported. 2 were here already.')
    const [one] = await notesTitled(page(), 'From Joplin')
    expect(one).toMatchObject({ tags: ['jo', 'Sea'], createdAt: Date.UTC(2024, 4, 1, 9, 30) })
    await pick(page(), 'Files to import', [
      await given.put('Picked.md', '![x](pics/net.png)'),
      await given.put('net.png', png),
      await given.put('nobody.png', png),
    ])
    await byRole(page(), 'dialog', 'What could not be taken in')
    await showsText(page(), '1 note imported. 1 item could not be taken in.')
    await click(page(), 'button', 'Close')
    await openRow(page(), 'Picked')
    await byRole(page(), 'img', 'net.png')
    await click(page(), 'button', 'Dismiss')
  })

  test('a JEX file of Joplin comes with what is attached, once, and what is cut off is named', async () => {
    const [note, folder, tag, picture] = ['a', 'f', '3', '1'].map((digit) => digit.repeat(32))
    const html = `<p>From <b>HTML</b><img src=":/${picture}" onerror="globalThis.hit = 1"><script>globalThis.hit = 1</script></p>`
    const about = { parent_id: folder ?? '', user_created_time: '2024-05-01T09:30:00.000Z' }
    const tar = tarOf({
      [`${folder}.md`]: item({ title: 'Sea', type: 2, facts: { id: folder ?? '' } }),
      [`${note}.md`]: item({
        title: 'From JEX',
        body: `![](:/${picture})`,
        type: 1,
        facts: { id: note ?? '', ...about },
      }),
      'page.md': item({ title: 'A page', body: html, type: 1, facts: { markup_language: '2' } }),
      [`${tag}.md`]: item({ title: 'jo', type: 5, facts: { id: tag ?? '' } }),
      'pair.md': item({ type: 6, facts: { note_id: note ?? '', tag_id: tag ?? '' } }),
      [`${picture}.md`]: item({ title: 'cork.png', type: 4, facts: { id: picture ?? '', mime: 'image/png' } }),
      [`resources/${picture}.png`]: new Uint8Array(png),
    })
    await importFile('joplin.jex', tar)
    await showsText(page(), '2 notes imported.')
    await openRow(page(), 'A page')
    expect(await bodyOf(page())).toMatch(/^From \*\*HTML\*\*!\[\]\(attachment:[\w-]+\)$/u)
    expect(await page().evaluate(() => Reflect.has(globalThis, 'hit'))).toBe(false)
    await openRow(page(), 'From JEX')
    await byRole(page(), 'img', 'cork.png')
    const [one] = await notesTitled(page(), 'From JEX')
    expect(one).toMatchObject({ tags: ['jo', 'Sea'], createdAt: Date.UTC(2024, 4, 1, 9, 30) })
    await importFile('joplin.jex', tar.slice(0, -1500))
    await byRole(page(), 'dialog', 'What could not be taken in')
    const report = () => page().evaluate(() => document.querySelector<HTMLTextAreaElement>('.report')?.value)
    expect(await report()).toContain(
      `joplin.jex / resources/${picture}.png: the file ends in the middle of it (IMPORT_CUT_OFF)`,
    )
    await click(page(), 'button', 'Close')
    await click(page(), 'button', 'Dismiss')
    await importFile('joplin.jex', tar)
    await showsText(page(), '0 notes imported. 2 were here already.')
    await click(page(), 'button', 'Dismiss')
  })

  test('what is dropped on the page is imported, and the page stays', async () => {
    const isLeft = await page().evaluate(() => {
      const dataTransfer = new DataTransfer()
      dataTransfer.items.add(new File(['# Dropped\n\ntext'], 'dropped.md', { lastModified: 0 }))
      const event = new DragEvent('drop', { dataTransfer, bubbles: true, cancelable: true })
      return document.querySelector('.rows')?.dispatchEvent(event)
    })
    expect(isLeft).toBe(false)
    await showsText(page(), '1 note imported.')
    await openRow(page(), 'Dropped')
    await click(page(), 'button', 'Dismiss')
  })

  if (kind === 'chromium') {
    test('a whole folder comes with its files, chosen or dropped', async () => {
      await given.put('Export/_resources/raft.png', png)
      await given.put('Export/Sea/Deep/In a folder.md', '![](../../_resources/raft.png)')
      await given.put('Export/Land/Other folder.md', 'x')
      await pick(page(), 'Folder to import', [join(given.path, 'Export')])
      await showsText(page(), '2 notes imported.')
      await openRow(page(), 'In a folder')
      await byRole(page(), 'img', 'raft.png')
      expect(await notesTitled(page(), 'In a folder')).toMatchObject([{ tags: ['Deep', 'Sea'] }])
      await click(page(), 'button', 'Dismiss')
      await drop(page(), [join(given.path, 'Export')])
      await showsText(page(), '0 notes imported. 2 were here already.')
      await click(page(), 'button', 'Dismiss')
    })
  }

  test('the dialog says what can be imported', async () => {
    await click(page(), 'button', 'Import')
    await byRole(page(), 'dialog', 'Import notes')
    await showsText(page(), 'From Evernote: ENEX files, with what is attached.')
    await byRole(page(), 'button', 'Choose files')
    await byRole(page(), 'button', 'Choose a folder')
    expect(await violations(page())).toEqual([])
    await click(page(), 'button', 'Cancel')
  })

  test('what cannot be imported is told with its code, and changes nothing', async () => {
    const before = await everything(page())
    const cut = zipSync({ 'note.md': strToU8('kelp '.repeat(5000)) }).slice(0, 100)
    const cases: readonly (readonly [name: string, content: string | Uint8Array, code: string])[] = [
      ['cut.zip', cut, 'IMPORT_DAMAGED'],
      ['not.zip', 'no zip', 'IMPORT_DAMAGED'],
      ['half.json', '{"format":"holdfast","version":1,"notes":[', 'IMPORT_DAMAGED'],
      ['other.json', '{"name":"package"}', 'IMPORT_UNKNOWN'],
      ['newer.json', '{"format":"holdfast","version":99}', 'IMPORT_NEWER'],
      ['picture.png', png, 'IMPORT_UNKNOWN'],
      ['binary.md', new Uint8Array([0, 255, 254, 0]), 'IMPORT_UNKNOWN'],
    ]
    for (const [name, content, code] of cases) {
      await importFile(name, content)
      await showsText(page(), code)
      await click(page(), 'button', 'Dismiss')
    }
    expect(await everything(page())).toEqual(before)
  })

  test('an import can be cancelled, and what was there stays', async () => {
    const before = await everything(page())
    const many = Object.fromEntries(
      Array.from({ length: 3000 }, (_, at) => [`note ${at}.md`, strToU8(`${at} ${'text '.repeat(400)}`)]),
    )
    await importFile('many.zip', zipSync(many, { level: 0 }))
    await click(page(), 'button', 'Cancel')
    await waitFor(() => page().evaluate(() => document.querySelector('progress') === null), 'the import is ended')
    expect(await everything(page())).toEqual(before)
  })

  test('a text of 50 MB becomes a short note with the text as a file', async () => {
    await importFile('long.md', 'kelp and more kelp.\n'.repeat(2_621_440))
    await showsText(page(), '1 note imported.')
    await openRow(page(), 'long')
    await showsText(page(), '52.4 MB')
    expect(await bodyOf(page())).toMatch(/^\[text\.md\]\(attachment:/u)
  })
})
