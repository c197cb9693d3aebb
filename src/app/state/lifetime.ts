import type { App } from './app.ts'

/**
 * Reads again when the page is looked at, and saves whenever the page may be about to go. `beforeunload` comes before the next
 * page is even asked for, so that the write has the whole navigation to finish in; `pagehide` and `freeze` may be the last turn
 * there is.
 */
export const saveBeforeLeaving = ({ saver, notebook }: App): void => {
  const flush = () => {
    notebook.keepEarly()
    void saver.flush()
  }
  document.addEventListener('visibilitychange', () => {
    if (document.visibilityState === 'hidden') flush()
    else notebook.reread()
  })
  document.addEventListener('freeze', flush)
  addEventListener('pagehide', flush)
  addEventListener('blur', flush)
  addEventListener('beforeunload', (event) => {
    flush()
    if (saver.failure.peek() !== undefined) event.preventDefault()
  })
}
