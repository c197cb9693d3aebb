import { t } from './language.ts'
import { Modal } from './modal.tsx'

type Props = {
  readonly title: string
  readonly text: string
  /** What is done on yes. */
  readonly yes: string
  onYes(): void
  onClose(): void
}

/** Asks before something is done that cannot be undone. */
export const Confirm = ({ title, text, yes, onYes, onClose }: Props) => (
  <Modal titleId="confirm-title" title={title} onClose={onClose}>
    <p>{text}</p>
    <div class="buttons">
      <button
        type="button"
        class="danger"
        onClick={() => {
          onClose()
          onYes()
        }}
      >
        {yes}
      </button>
      <button type="button" onClick={onClose}>
        {t.cancel}
      </button>
    </div>
  </Modal>
)
