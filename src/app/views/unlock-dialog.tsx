import { signOutToJoin } from '../state/actions.ts'
import { useApp } from '../state/context.ts'
import { t } from '../ui/language.ts'
import { Modal } from '../ui/modal.tsx'
import { useClose } from './use-close.ts'
import { WordsField } from './words-field.tsx'

const Unlock = () => {
  const { sync } = useApp()
  const close = useClose('unlock')
  const unlock = async (words: string) => {
    const outcome = await sync.unlock(words)
    if (outcome.type !== 'done') return outcome
    close()
    return undefined
  }
  return (
    <Modal titleId="unlock-title" title={t.syncUseKit} onClose={close}>
      <p>{t.syncUseKitText}</p>
      <WordsField submit={t.syncUnlock} onWords={unlock}>
        <button type="button" onClick={close}>
          {t.cancel}
        </button>
      </WordsField>
    </Modal>
  )
}

/** Opens the notes of the account on this device, with the words of the recovery kit. */
export const UnlockDialog = () => (useApp().dialog.value === 'unlock' ? <Unlock /> : null)

const Approve = () => {
  const app = useApp()
  const close = useClose('approve')
  const busy = app.custody.busy.value === 'sign-out'
  return (
    <Modal titleId="approve-title" title={t.syncApprove} onClose={close}>
      <p>{t.syncApproveText}</p>
      <div class="buttons">
        <button type="button" class="primary" disabled={busy} onClick={() => void signOutToJoin(app)}>
          {busy ? t.signingOut : t.syncApproveGo}
        </button>
        <button type="button" onClick={close}>
          {t.cancel}
        </button>
      </div>
    </Modal>
  )
}

/** The other way to the keys: a device that has them lets this one in, which only one that is signed out can ask for. */
export const ApproveDialog = () => (useApp().dialog.value === 'approve' ? <Approve /> : null)

/** The ways to the keys of the account: the words, and where devices are paired another one. */
export const UnlockChoices = () => {
  const { dialog, network, serverFacts } = useApp()
  const online = network.online.value
  const pairs = serverFacts.pairs.value
  const show = (name: 'unlock' | 'approve') => () => {
    dialog.value = name
  }
  return (
    <>
      <button type="button" class="primary" onClick={show('unlock')}>
        {t.syncUseKit}
      </button>
      {pairs && (
        <button
          type="button"
          disabled={!online}
          aria-describedby={online ? undefined : 'approve-offline'}
          onClick={show('approve')}
        >
          {t.syncApprove}
        </button>
      )}
      {pairs && !online && (
        <small class="muted" id="approve-offline">
          {t.pairOffline}
        </small>
      )}
    </>
  )
}
