import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Browser, Page } from 'puppeteer-core'
import type { Holdfast } from '../../test/support/holdfast.ts'
import { openPage } from '../../test/support/page.ts'

// The references: pages of the same origin that do one thing with the same rows, and nothing besides.

const page = (script: string, body = '') => `<!doctype html><title>bare</title>${body}
<script type="module" src="/bare-${script}.js"></script>`

const open = `import { Dexie } from '/bare-dexie.js'
const database = new Dexie('holdfast-notes', { cache: 'disabled' })`

const scripts = {
  // The newest rows, listed.
  list: `${open}
await database.open()
const rows = await database.table('notes').orderBy('updatedAt').reverse().limit(100).toArray()
document.querySelector('.rows').append(...rows.map(({ title, body }) => {
  const item = document.createElement('li')
  item.textContent = title + ' ' + body.slice(0, 100)
  return item
}))
database.close()`,
  // All rows, from the opening of the database until they are in hand.
  read: `${open}
const start = performance.now()
await database.open()
globalThis.rows = await database.table('notes').toArray()
performance.measure('read', { start })
database.close()`,
  // Nothing but a field.
  field: '',
  // An import and an export without any care: everything in one go.
  exchange: `${open}
const measured = async (name, work) => {
  const start = performance.now()
  await work()
  performance.measure(name, { start })
}
const rowsAsText = async () => JSON.stringify(await database.table('notes').toArray())
const importFile = async (file) => {
  const into = new Dexie('bare')
  into.version(1).stores({ notes: 'id, updatedAt' })
  await measured('import', async () => into.table('notes').bulkPut(JSON.parse(await file.text()).notes))
  await into.delete()
}
const packed = (text) => new Response(new Blob([text]).stream().pipeThrough(new CompressionStream('deflate-raw'))).blob()
document.querySelector('input').addEventListener('change', ({ target }) => void importFile(target.files[0]))
const works = { JSON: rowsAsText, 'Markdown (zip)': async () => packed(await rowsAsText()) }
for (const button of document.querySelectorAll('button'))
  button.addEventListener('click', () => void measured(button.textContent, works[button.textContent]))`,
} as const

export type Bare = keyof typeof scripts

const bodies: { readonly [B in Bare]: string } = {
  list: '<ul class="rows"></ul>',
  read: '',
  field: '<textarea id="note-body" style="width: 600px; height: 600px; resize: none"></textarea>',
  exchange: '<input type="file"><button>JSON</button><button>Markdown (zip)</button>',
}

export const serveBare = async ({ serve }: Holdfast): Promise<void> => {
  const dexie = await readFile(join(import.meta.dirname, '../../node_modules/dexie/dist/modern/dexie.min.mjs'), 'utf8')
  serve('/bare-dexie.js', { body: dexie, type: 'text/javascript' })
  for (const name of ['list', 'read', 'field', 'exchange'] as const) {
    serve(`/bare-${name}`, { body: page(name, bodies[name]) })
    serve(`/bare-${name}.js`, { body: scripts[name], type: 'text/javascript' })
  }
}

export const openBare = (browser: Browser, { appUrl }: Holdfast, name: Bare): Promise<Page> =>
  openPage(browser, `${appUrl}/bare-${name}`)
