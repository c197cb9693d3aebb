import type { ErrorCode as Code } from '../../kit/client.ts'
import { signInFor } from '../state/actions.ts'
import { useApp } from '../state/context.ts'
import { failureWords, needsSignIn } from '../state/sync-words.ts'
import { ErrorCode } from '../ui/error-code.tsx'
import { t } from '../ui/language.ts'

type Props = {
  readonly code: Code
  /** What goes on after a sign-in, where that is what is needed. */
  readonly goal: 'enable' | 'kit'
  again(): void
  close(): void
}

/** A step of sync that did not work: why, and the one thing to do next. */
export const FailedStep = ({ code, goal, again, close }: Props) => {
  const app = useApp()
  const signs = needsSignIn(code)
  return (
    <>
      <div role="status">
        <p>{failureWords(code)}</p>
        <ErrorCode code={code} />
      </div>
      <div class="buttons">
        <button type="button" class="primary" onClick={() => (signs ? void signInFor(app, goal, true) : again())}>
          {signs ? t.signInAgain : t.tryAgain}
        </button>
        <button type="button" onClick={close}>
          {t.close}
        </button>
      </div>
    </>
  )
}
