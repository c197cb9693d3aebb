import { closeNote, newNote, search } from './actions.ts'
import type { App } from './app.ts'

const isTextField = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement && (target.matches('input, textarea, select') || target.isContentEditable)

/** The name of what a key asks for, or undefined where it is only a key. */
export const commandFor = (
  event: Pick<KeyboardEvent, 'key' | 'code' | 'ctrlKey' | 'metaKey' | 'altKey'>,
  inText: boolean,
): 'search' | 'new' | 'close' | 'keys' | undefined => {
  const command = event.ctrlKey || event.metaKey
  if (command && !event.altKey && event.key.toLowerCase() === 'k') return 'search'
  if (command && event.altKey && event.code === 'KeyN') return 'new'
  if (command && !event.altKey && event.key === 'Enter') return 'close'
  if (!command && event.key === '?' && !inText) return 'keys'
  return undefined
}

export const listenToKeys = (app: App): void => {
  const run = {
    search: () => search(app),
    new: () => newNote(app),
    close: () => closeNote(app),
    keys: () => {
      app.dialog.value = 'keys'
    },
  }
  addEventListener('keydown', (event) => {
    // What a modal dialog covers is not to be worked with.
    if (event.isComposing || app.dialog.peek() !== undefined) return
    const command = commandFor(event, isTextField(event.target))
    if (command === undefined) return
    event.preventDefault()
    run[command]()
  })
}
