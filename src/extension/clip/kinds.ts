import * as v from 'valibot'

/** What of a page becomes a note. `auto`: what is selected, else the article. */
export const clipKinds = ['auto', 'article', 'selection', 'page', 'link', 'screenshot', 'image'] as const
export type ClipKind = (typeof clipKinds)[number]

/** The kinds that a script in the page has to read. */
export const readKinds = ['auto', 'article', 'selection', 'page', 'image'] as const
export type ReadKind = (typeof readKinds)[number]

export const isReadKind = (kind: ClipKind): kind is ReadKind => readKinds.some((one) => one === kind)

/**
 * Why there is no clip. `restricted`: the browser lets no extension read this page; `empty`: there is nothing on it;
 * `selection`: nothing is selected; `slow`: the page did not answer; `gone`: it was closed or left meanwhile; `interrupted`:
 * the browser ended the extension; the others are those of the storage.
 */
export const refusals = [
  'restricted',
  'empty',
  'selection',
  'slow',
  'gone',
  'interrupted',
  'STORAGE_NEWER',
  'STORAGE_FULL',
  'STORAGE_CLOSED',
  'STORAGE_BLOCKED',
  'STORAGE_FAILED',
] as const
export const refusalSchema = v.picklist(refusals)
export type Refusal = v.InferOutput<typeof refusalSchema>

/** Bounds of one clip. Sizes are in characters, or in bytes for pictures. */
export const limits = {
  address: 20_000,
  elements: 120_000,
  characters: 2_000_000,
  markdown: 2_500_000,
  title: 300,
  pictures: 30,
  pictureBytes: 3_000_000,
  picturesBytes: 16_000_000,
} as const
