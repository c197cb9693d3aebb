import browser, { type Menus, type Tabs } from 'webextension-polyfill'
import type { ClipKind } from '../clip/kinds.ts'
import type { ClipRequest } from '../clip/messages.ts'

/** One entry of the menu that a click with the other button opens. */
type Entry = {
  readonly id: string
  readonly context: Menus.ContextType
  /** Its name in _locales. */
  readonly message: string
  readonly kind: ClipKind
}

const entries: readonly Entry[] = [
  { id: 'clip-page', context: 'page', message: 'clipPage', kind: 'auto' },
  { id: 'clip-selection', context: 'selection', message: 'clipSelection', kind: 'selection' },
  { id: 'clip-link', context: 'link', message: 'clipLink', kind: 'link' },
  { id: 'clip-image', context: 'image', message: 'clipImage', kind: 'image' },
]

/** Makes the menu anew: browsers keep it between the lives of the background. */
export const createMenus = async (): Promise<void> => {
  await browser.contextMenus.removeAll()
  for (const { id, context, message } of entries) {
    browser.contextMenus.create({ id, contexts: [context], title: browser.i18n.getMessage(message) })
  }
}

const targetOf = (kind: ClipKind, { linkUrl, srcUrl }: Menus.OnClickData): string | undefined =>
  kind === 'link' ? linkUrl : kind === 'image' ? srcUrl : undefined

const textOf = (kind: ClipKind, { selectionText, linkText }: Menus.OnClickData): string | undefined =>
  kind === 'link' ? linkText : selectionText

/** The clip that a click in the menu asks for, or undefined where it is not ours, or there is no tab. */
export const clipOfMenu = (info: Menus.OnClickData, tab: Tabs.Tab | undefined): ClipRequest | undefined => {
  const entry = entries.find(({ id }) => id === info.menuItemId)
  if (entry === undefined || tab?.id === undefined) return undefined
  const { kind } = entry
  const [target, text] = [targetOf(kind, info), textOf(kind, info)]
  return {
    type: 'clip',
    id: crypto.randomUUID(),
    tab: tab.id,
    kind,
    pictures: false,
    ...(kind === 'selection' && info.frameId ? { frame: info.frameId } : {}),
    ...(target === undefined ? {} : { target }),
    ...(text === undefined ? {} : { text }),
  }
}
