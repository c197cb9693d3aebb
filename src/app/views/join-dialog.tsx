import { useSignal } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import type { PairingState } from '../../kit/client.ts'
import { useApp } from '../state/context.ts'
import { t } from '../ui/language.ts'
import { Modal } from '../ui/modal.tsx'
import { endWords, Numbers, PairingFailure } from './pairing-parts.tsx'
import { ReadCode } from './read-code.tsx'
import { Scanner } from './scanner.tsx'

/** Words, a camera, or a picture: whatever brings the code of the other device. */
const Form = ({ close }: { close(): void }) => {
  const { pairing } = useApp()
  const scans = useSignal(false)
  const unread = useSignal(false)
  const take = (code: string | undefined) => {
    unread.value = code === undefined
    if (code !== undefined) void pairing.join(code)
  }
  if (scans.value) return <Scanner onRead={(code) => void pairing.join(code)} onClose={() => (scans.value = false)} />
  return (
    <form
      class="pair-form"
      onSubmit={(event) => {
        event.preventDefault()
        unread.value = false
        void pairing.join(String(new FormData(event.currentTarget).get('code') ?? ''))
      }}
    >
      <p>{t.joinHow}</p>
      <label>
        {t.joinWords}
        <input
          name="code"
          required
          maxLength={1000}
          autocomplete="off"
          autocapitalize="characters"
          spellcheck={false}
        />
      </label>
      <div role="status">
        {unread.value && <p>{t.joinNoCode}</p>}
        {pairing.failure.value !== undefined && !unread.value && <PairingFailure code={pairing.failure.value} />}
      </div>
      <div class="buttons">
        <button type="submit" class="primary" disabled={pairing.busy.value}>
          {t.joinContinue}
        </button>
        <ReadCode onScan={() => (scans.value = true)} onRead={take} />
        <button type="button" onClick={close}>
          {t.cancel}
        </button>
      </div>
    </form>
  )
}

const Stage = ({ state }: { readonly state: PairingState }) => {
  const { pairing } = useApp()
  if (!('side' in state) || state.side === 'old') return null
  if (state.stage === 'joined') return <p>{t.joinWaiting}</p>
  if (state.stage === 'done') return <p>{t.joinDone}</p>
  if (state.stage === 'ended') return <p>{endWords[state.reason]}</p>
  return (
    <>
      <Numbers numbers={state.numbers} />
      <p>{state.checked ? t.joinChecked : t.joinCompare}</p>
      {pairing.failure.value !== undefined && <PairingFailure code={pairing.failure.value} />}
    </>
  )
}

const Content = () => {
  const app = useApp()
  const { pairing } = app
  const { stage } = pairing.state.value
  const close = () => {
    app.dialog.value = undefined
  }
  useEffect(() => {
    void pairing.resume()
    return () => void pairing.close()
  }, [pairing])
  return (
    <Modal titleId="join-title" title={t.joinTitle} onClose={close}>
      {stage === 'none' ? (
        <Form close={close} />
      ) : (
        <>
          <div role="status">
            <Stage state={pairing.state.value} />
          </div>
          <div class="buttons">
            {stage === 'ended' && (
              <button type="button" class="primary" onClick={() => void pairing.close()}>
                {t.tryAgain}
              </button>
            )}
            <button type="button" onClick={close}>
              {stage === 'done' || stage === 'ended' ? t.close : t.cancel}
            </button>
          </div>
        </>
      )}
    </Modal>
  )
}

/** On a device that is signed out: wants in by another one. */
export const JoinDialog = () => (useApp().dialog.value === 'join' ? <Content /> : null)
