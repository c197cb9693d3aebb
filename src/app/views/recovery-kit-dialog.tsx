import { useSignal } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import type { ErrorCode } from '../../kit/client.ts'
import { useApp } from '../state/context.ts'
import { needsSignIn } from '../state/sync-words.ts'
import { t } from '../ui/language.ts'
import { Modal, useFocusInside } from '../ui/modal.tsx'
import { FailedStep } from './failed-step.tsx'
import { KitSheet } from './kit-sheet.tsx'
import { useClose } from './use-close.ts'
import { WordsField } from './words-field.tsx'

/** The words are here from when they are made until the dialog is gone, and nowhere else. */
type Step =
  | { readonly type: 'ask' }
  | { readonly type: 'making' }
  | { readonly type: 'failed'; readonly code: ErrorCode }
  | { readonly type: 'shown'; readonly words: string }
  | { readonly type: 'confirm'; readonly words?: string }
  | { readonly type: 'done' }

const Ask = ({ make, close }: { make(): void; close(): void }) => {
  const { sync } = useApp()
  const state = sync.state.value
  return (
    <>
      <p>{t.kitAsk}</p>
      {state.stage === 'on' && state.kit !== 'none' && <p>{t.kitAgain}</p>}
      <div class="buttons">
        <button type="button" class="primary" disabled={state.stage !== 'on'} onClick={make}>
          {t.kitMake}
        </button>
        <button type="button" onClick={close}>
          {t.cancel}
        </button>
      </div>
    </>
  )
}

const Failed = ({ code, make, close }: { readonly code: ErrorCode; make(): void; close(): void }) => {
  const app = useApp()
  const session = app.custody.state.value
  const refreshAt = session?.status === 'signed-in' ? session.refreshAt : undefined
  const seen = useSignal(refreshAt)
  useEffect(() => {
    // In an extension the sign-in has a window of its own, and this goes on by itself once it is done.
    if (needsSignIn(code) && refreshAt !== seen.peek()) make()
  }, [refreshAt])
  return <FailedStep code={code} goal="kit" again={make} close={close} />
}

type ConfirmProps = { confirmed(): void; close(): void; readonly again?: () => void }

const Confirm = ({ confirmed, close, again }: ConfirmProps) => {
  const { sync } = useApp()
  const confirm = async (words: string) => {
    const outcome = await sync.confirmKit(words)
    if (outcome.type !== 'done') return outcome
    confirmed()
    return undefined
  }
  return (
    <>
      <p>{t.kitConfirmHow}</p>
      <WordsField submit={t.kitConfirm} onWords={confirm}>
        {again !== undefined && (
          <button type="button" onClick={again}>
            {t.kitShowAgain}
          </button>
        )}
        <button type="button" class="quiet" onClick={close}>
          {t.kitLater}
        </button>
      </WordsField>
    </>
  )
}

const Done = ({ close }: { close(): void }) => (
  <>
    <p role="status">{t.kitDone}</p>
    <div class="buttons">
      <button type="button" class="primary" onClick={close}>
        {t.close}
      </button>
    </div>
  </>
)

const first = { kit: { type: 'making' }, 'kit-again': { type: 'ask' }, 'kit-confirm': { type: 'confirm' } } as const

const Content = ({ name, close }: { readonly name: keyof typeof first; close(): void }) => {
  const { custody, sync } = useApp()
  const step = useSignal<Step>(first[name])
  const make = async () => {
    step.value = { type: 'making' }
    const made = await sync.newKit()
    step.value = 'words' in made ? { type: 'shown', words: made.words } : { type: 'failed', code: made.code }
  }
  useEffect(() => {
    if (step.peek().type === 'making') void make()
    return () => {
      step.value = { type: 'done' }
    }
  }, [custody])
  const now = step.value
  useFocusInside(now.type)
  switch (now.type) {
    case 'ask':
      return <Ask make={() => void make()} close={close} />
    case 'making':
      return <p role="status">{t.kitMaking}</p>
    case 'failed':
      return <Failed code={now.code} make={() => void make()} close={close} />
    case 'shown': {
      const { words } = now
      return <KitSheet words={words} kept={() => (step.value = { type: 'confirm', words })} close={close} />
    }
    case 'confirm': {
      const { words } = now
      const again = words === undefined ? {} : { again: () => (step.value = { type: 'shown', words }) }
      return <Confirm confirmed={() => (step.value = { type: 'done' })} close={close} {...again} />
    }
    case 'done':
      return <Done close={close} />
  }
}

/** The 12 words that open the notes when no device is left: shown once, kept by the person, and confirmed. */
export const RecoveryKitDialog = () => {
  const name = useApp().dialog.value
  const close = useClose('kit', 'kit-again', 'kit-confirm')
  if (name !== 'kit' && name !== 'kit-again' && name !== 'kit-confirm') return null
  return (
    <Modal titleId="kit-title" title={t.kitTitle} onClose={close}>
      <Content name={name} close={close} />
    </Modal>
  )
}
