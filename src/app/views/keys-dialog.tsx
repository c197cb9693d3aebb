import { useApp } from '../state/context.ts'
import { t } from '../ui/language.ts'
import { Modal } from '../ui/modal.tsx'

const command = /Mac|iP(?:hone|ad)/u.test(navigator.userAgent) ? '⌘' : 'Ctrl'

const keys = [
  { keys: [command, 'K'], does: t.keySearch },
  { keys: [command, 'Alt', 'N'], does: t.keyNew },
  { keys: [command, 'Enter'], does: t.keyClose },
  { keys: ['Esc'], does: t.keyEscape },
  { keys: ['?'], does: t.keyKeys },
] as const

export const KeysDialog = () => {
  const { dialog } = useApp()
  if (dialog.value !== 'keys') return null
  const close = () => {
    if (dialog.peek() === 'keys') dialog.value = undefined
  }
  return (
    <Modal titleId="keys-title" title={t.keys} onClose={close}>
      <dl class="keys">
        {keys.map((entry) => (
          <div key={entry.does}>
            <dt>
              {entry.keys.map((key) => (
                <kbd key={key}>{key}</kbd>
              ))}
            </dt>
            <dd>{entry.does}</dd>
          </div>
        ))}
      </dl>
      <div class="buttons">
        <button type="button" onClick={close}>
          {t.close}
        </button>
      </div>
    </Modal>
  )
}
