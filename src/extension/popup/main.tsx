import { computed, effect } from '@preact/signals'
import { render } from 'preact'
import { watchRemoval } from '../../app/state/watch-removal.ts'
import { language } from '../../app/ui/language.ts'
import { createPopup } from './state/popup.ts'
import { PopupView } from './views/popup-view.tsx'

document.documentElement.lang = language
const popup = createPopup()
const root = document.getElementById('popup')
if (root !== null) render(<PopupView popup={popup} />, root)

// Notes first: the background is asked when they are on screen.
const stop = effect(() => {
  if (popup.recent.value === undefined) return
  setTimeout(() => {
    stop()
    popup.custody.start()
    watchRemoval(
      popup.custody,
      computed(() => popup.draft.value === undefined),
    )
  }, 0)
})
