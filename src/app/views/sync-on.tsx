import { useSignal } from '@preact/signals'
import type { SyncState } from '../../kit/client.ts'
import { progressOf } from '../state/chip.ts'
import { useApp } from '../state/context.ts'
import { asideWords, failureWords, runWords } from '../state/sync-words.ts'
import { Confirm } from '../ui/confirm.tsx'
import { ErrorCode } from '../ui/error-code.tsx'
import { mediumTime } from '../ui/format.ts'
import { language, locale, t } from '../ui/language.ts'
import { Facts } from '../ui/region.tsx'
import { counted } from '../ui/words.ts'
import { SyncProblemBox } from './sync-problem.tsx'

type On = Extract<SyncState, { stage: 'on' }>
type Props = { readonly state: On }

/** Nothing waits, and nothing is wrong. */
const isUpToDate = ({ run, waiting, problem, syncedAt }: On): boolean =>
  run.type === 'idle' && waiting === 0 && problem === null && syncedAt !== null

/** As high while nothing is exchanged: a run may begin at any moment, and what is under it must stay where it is. */
const Progress = ({ state }: Props) => {
  const { sync } = useApp()
  const progress = progressOf(state)
  return (
    <div class="sync-progress">
      {isUpToDate(state) && <span class="muted">{t.syncUpToDate}</span>}
      <span role="status">{runWords(state.run)}</span>
      {progress !== undefined && <progress max={progress.total} value={progress.done} aria-label={t.sync} />}
      {state.run.type !== 'idle' && (
        <button type="button" class="small" onClick={() => void sync.act('stop')}>
          {t.stop}
        </button>
      )}
    </div>
  )
}

/** Not a fault of anybody: what no record can carry. */
const TOO_LARGE = 'NOTE_TOO_LARGE'

const Aside = ({ aside }: { readonly aside: On['aside'] }) => (
  <>
    {counted(
      language,
      'syncAside',
      aside.reduce((sum, { count }) => sum + count, 0),
    )}
    <ul class="limits">
      {aside.map(({ code, count }) => (
        <li key={code}>
          {count}: {asideWords(code)} (<code>{code}</code>)
        </li>
      ))}
    </ul>
  </>
)

const kitWords: { readonly [K in On['kit']]: string } = {
  none: t.kitNone,
  unconfirmed: t.kitUnconfirmed,
  confirmed: t.kitConfirmed,
}

const StateFacts = ({ state }: Props) => {
  const { syncedAt, waiting, kit, missing } = state
  const aside = state.aside.filter(({ code }) => code !== TOO_LARGE)
  const tooLarge = state.aside.find(({ code }) => code === TOO_LARGE)?.count ?? 0
  return (
    <Facts
      facts={[
        [t.syncLast, syncedAt === null ? t.syncNever : mediumTime(locale, syncedAt)],
        [t.syncWaiting, waiting === 0 ? t.syncNothingWaits : counted(language, 'syncChanges', waiting)],
        [t.kitTitle, kitWords[kit]],
        ...(tooLarge === 0 ? [] : [[t.syncOnlyHere, counted(language, 'syncTooLarge', tooLarge)] as const]),
        ...(aside.length === 0 ? [] : [[t.syncAside, <Aside key="aside" aside={aside} />] as const]),
        ...(missing === 0 ? [] : [[t.syncMissing, counted(language, 'syncMissing', missing)] as const]),
      ]}
    />
  )
}

const KitButtons = ({ kit }: { readonly kit: On['kit'] }) => {
  const { dialog } = useApp()
  const show = (name: 'kit' | 'kit-again' | 'kit-confirm') => () => {
    dialog.value = name
  }
  return (
    <>
      {kit === 'unconfirmed' && (
        <button type="button" onClick={show('kit-confirm')}>
          {t.kitConfirmIt}
        </button>
      )}
      <button type="button" onClick={show(kit === 'none' ? 'kit' : 'kit-again')}>
        {kit === 'none' ? t.kitMake : t.kitMakeNew}
      </button>
    </>
  )
}

/** Turns sync off here, once the person has said yes. */
export const TurnOff = () => {
  const { sync } = useApp()
  const asks = useSignal(false)
  return (
    <>
      <button type="button" class="quiet" disabled={sync.busy.value !== undefined} onClick={() => (asks.value = true)}>
        {t.syncOff}
      </button>
      {asks.value && (
        <Confirm
          title={t.syncOffTitle}
          text={t.syncOffText}
          yes={t.syncOffYes}
          onYes={() => void sync.act('disable')}
          onClose={() => setTimeout(() => (asks.value = false), 0)}
        />
      )}
    </>
  )
}

/** Notes that were kept separate would be forgotten, where nothing said that they are there. */
const Apart = ({ count }: { readonly count: number }) => {
  const { sync } = useApp()
  return (
    <div class="notice">
      <p>{counted(language, 'syncApart', count)}</p>
      <div class="notice-actions">
        <button
          type="button"
          class="small"
          disabled={sync.busy.value !== undefined}
          onClick={() => void sync.act('enable', 'add')}
        >
          {t.syncAddApart}
        </button>
      </div>
    </div>
  )
}

/** What was asked for and did not work. */
export const SyncFailure = () => {
  const { dialog, sync } = useApp()
  const code = sync.failure.value
  // A dialog that is open tells it itself.
  if (code === undefined || dialog.value !== undefined) return null
  return (
    <div class="notice error" role="status">
      <p>{failureWords(code)}</p>
      <div class="notice-actions">
        <ErrorCode code={code} />
      </div>
    </div>
  )
}

/** Sync that is on: how far it is, and what can be done. */
export const SyncOn = ({ state }: Props) => {
  const { sync, network } = useApp()
  const online = network.online.value
  return (
    <>
      {state.problem !== null && <SyncProblemBox problem={state.problem} />}
      <Progress state={state} />
      <StateFacts state={state} />
      {(state.apart ?? 0) > 0 && <Apart count={state.apart ?? 0} />}
      <div class="region-action">
        <button
          type="button"
          disabled={!online || sync.busy.value !== undefined || state.run.type !== 'idle'}
          aria-describedby={online ? undefined : 'sync-offline'}
          onClick={() => void sync.act('run')}
        >
          {t.syncNow}
        </button>
        <KitButtons kit={state.kit} />
        <TurnOff />
        {!online && (
          <small class="muted" id="sync-offline">
            {t.offline}
          </small>
        )}
      </div>
    </>
  )
}
