import * as v from 'valibot'
import browser from 'webextension-polyfill'

/** What is being written in the popup, which may close at any time. In the browser's memory, never on the disk. */
const DRAFT = 'draft'

/** Older drafts are not brought back. */
const kept = 2 * 60_000

const schema = v.object({ text: v.string(), at: v.number() })

export const keepDraft = async (text: string): Promise<void> => {
  if (text === '') await browser.storage.session.remove(DRAFT)
  else await browser.storage.session.set({ [DRAFT]: { text, at: Date.now() } })
}

/** The draft of the popup before this one, or undefined where there is none, or it is too old. */
export const takeDraft = async (): Promise<string | undefined> => {
  const stored = v.safeParse(schema, (await browser.storage.session.get(DRAFT))[DRAFT])
  if (!stored.success) return undefined
  if (Date.now() - stored.output.at <= kept) return stored.output.text
  await keepDraft('')
  return undefined
}
