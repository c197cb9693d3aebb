import { useEffect } from 'preact/hooks'
import type { PairingState } from '../../kit/client.ts'
import { signIn } from '../state/actions.ts'
import { useApp } from '../state/context.ts'
import { t } from '../ui/language.ts'
import { Modal } from '../ui/modal.tsx'
import { QrCode } from '../ui/qr-code.tsx'
import { Countdown, endWords, joiningText, Numbers, PairingFailure } from './pairing-parts.tsx'

type Old = Extract<PairingState, { side: 'old' }>

const Offered = ({ state }: { readonly state: Extract<Old, { stage: 'offered' }> }) => (
  <>
    <p>{t.pairHow}</p>
    <QrCode text={state.qr} label={t.pairQrLabel} />
    <p class="pair-words">
      <span class="muted">{t.pairOrWords}</span> <strong>{state.words}</strong>
    </p>
    <Countdown until={state.expiresAt} />
  </>
)

const Comparing = ({ state }: { readonly state: Extract<Old, { stage: 'comparing' }> }) => (
  <>
    <p>{joiningText(t.pairWantsIn, state.device)}</p>
    <Numbers numbers={state.numbers} />
    <p>{state.checked ? t.pairChecked : t.pairCompare}</p>
    <Countdown until={state.expiresAt} />
  </>
)

const Stage = ({ state }: { readonly state: PairingState }) => {
  if (!('side' in state)) return <p class="muted">{t.pairStarting}</p>
  if (state.side === 'new') return null
  switch (state.stage) {
    case 'offered':
      return <Offered state={state} />
    case 'joined':
      return <p>{joiningText(t.pairJoining, state.device)}</p>
    case 'comparing':
      return <Comparing state={state} />
    case 'approved':
      return <p>{joiningText(t.pairApproved, state.device)}</p>
    case 'done':
      return <p>{joiningText(t.pairDone, state.device)}</p>
    case 'ended':
      return <p>{endWords[state.reason]}</p>
  }
}

/** What can be done now, besides closing. */
const Actions = () => {
  const app = useApp()
  const { state, failure, busy, approve, offerAnew } = app.pairing
  const now = state.value
  if (failure.value === 'RECENT_SIGN_IN_REQUIRED' || failure.value === 'SESSION_EXPIRED') {
    return (
      <button type="button" class="primary" onClick={() => void signIn(app, true)}>
        {t.signInAgain}
      </button>
    )
  }
  if (now.stage === 'comparing') {
    return (
      <button type="button" class="primary" disabled={busy.value} onClick={() => void approve()}>
        {t.approve}
      </button>
    )
  }
  if (now.stage === 'ended' || (now.stage === 'none' && failure.value !== undefined)) {
    return (
      <button type="button" class="primary" disabled={busy.value} onClick={() => void offerAnew()}>
        {t.newCode}
      </button>
    )
  }
  return null
}

const Content = () => {
  const app = useApp()
  const { state, failure } = app.pairing
  const now = state.value
  useEffect(() => {
    void app.pairing.offer()
    return () => void app.pairing.close()
  }, [app])
  const session = app.custody.state.value
  const refreshAt = session?.status === 'signed-in' ? session.refreshAt : undefined
  useEffect(() => {
    // In an extension the sign-in has a window of its own, and this goes on by itself once it is done.
    if (failure.peek() === 'RECENT_SIGN_IN_REQUIRED') void app.pairing.offerAnew()
  }, [refreshAt])
  const close = () => {
    app.dialog.value = undefined
  }
  const over = now.stage === 'done' || now.stage === 'ended' || now.stage === 'approved'
  return (
    <Modal titleId="pair-title" title={t.pairDevice} onClose={close}>
      <div role="status">
        {failure.value === undefined ? <Stage state={now} /> : <PairingFailure code={failure.value} />}
      </div>
      <div class="buttons">
        <Actions />
        <button type="button" onClick={close}>
          {now.stage === 'comparing' ? t.pairDoNotMatch : over ? t.close : t.cancel}
        </button>
      </div>
    </Modal>
  )
}

/** On a device that is signed in: lets another one in. */
export const PairDialog = () => (useApp().dialog.value === 'pair' ? <Content /> : null)
