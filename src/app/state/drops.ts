import type { App } from './app.ts'
import { importDropped } from './exchange-actions.ts'
import { hasFiles } from './given.ts'

/** Imports what is dropped anywhere but on the open note, which takes files as its own. Else the browser would leave the page for it. */
export const listenToDrops = (app: App): void => {
  addEventListener('dragover', (event) => {
    if (hasFiles(event.dataTransfer)) event.preventDefault()
  })
  addEventListener('drop', (event) => {
    if (event.defaultPrevented || !hasFiles(event.dataTransfer)) return
    event.preventDefault()
    void importDropped(app, event.dataTransfer)
    if (app.dialog.peek() === 'import') app.dialog.value = undefined
  })
}
