import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import * as v from 'valibot'
import { expect, it } from 'vitest'

const place = join(import.meta.dirname, '../../../public')
const picture = v.object({ src: v.string(), sizes: v.string(), type: v.string() })
const schema = v.object({
  id: v.literal('/'),
  name: v.literal('Holdfast'),
  start_url: v.literal('/'),
  display: v.literal('standalone'),
  icons: v.array(v.looseObject({ ...picture.entries, purpose: v.optional(v.string()) })),
  screenshots: v.array(v.looseObject({ ...picture.entries, form_factor: v.picklist(['wide', 'narrow']) })),
  shortcuts: v.array(v.looseObject({ name: v.string(), url: v.string() })),
  share_target: v.looseObject({ action: v.literal('/share'), method: v.literal('POST') }),
  file_handlers: v.array(v.looseObject({ action: v.literal('/') })),
  launch_handler: v.object({ client_mode: v.array(v.string()) }),
})

const read = async () => v.parse(schema, JSON.parse(await readFile(join(place, 'manifest.webmanifest'), 'utf8')))

it('the web manifest names pictures that are there, of the size it says', async () => {
  const { icons, screenshots } = await read()
  for (const { src, sizes, type } of [...icons, ...screenshots]) {
    const bytes = await readFile(join(place, src))
    if (type !== 'image/png') continue
    expect(`${bytes.readUInt32BE(16)}x${bytes.readUInt32BE(20)}`, src).toBe(sizes)
  }
})

it('the web manifest has icons of every size and kind that installers ask for, and pictures of both shapes', async () => {
  const { icons, screenshots, shortcuts } = await read()
  expect(icons.map(({ sizes }) => sizes)).toEqual(expect.arrayContaining(['192x192', '512x512']))
  expect(icons.some(({ purpose }) => purpose === 'maskable')).toBe(true)
  expect(screenshots.map(({ form_factor }) => form_factor).sort()).toEqual(['narrow', 'wide'])
  expect(shortcuts.map(({ name }) => name)).toEqual(['New note', 'Record', 'Search'])
})
