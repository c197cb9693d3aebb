import { stopRecording } from '../state/attach.ts'
import { useApp } from '../state/context.ts'
import { clock } from '../ui/format.ts'
import { StopIcon } from '../ui/icons.tsx'
import { t } from '../ui/language.ts'

/** A recording under way: how long, how loud, and the way to end it. On every page of the app, whatever note is open. */
export const RecorderBar = () => {
  const app = useApp()
  const { recorder } = app
  const status = recorder.status.value
  if (status === 'idle') return null
  const paused = status === 'paused'
  return (
    <section class="recorder card" aria-label={t.recording}>
      <span class={paused ? 'recorder-dot' : 'recorder-dot live'} />
      <span class="recorder-time">{status === 'starting' ? t.microphoneAsks : clock(recorder.seconds.value)}</span>
      <meter class="recorder-level" min={0} max={1} value={recorder.level.value} aria-label={t.level} />
      {(status === 'recording' || paused) && (
        <>
          <button type="button" class="small" onClick={() => (paused ? recorder.resume() : recorder.pause())}>
            {paused ? t.resume : t.pause}
          </button>
          <button
            type="button"
            class="small primary"
            aria-label={t.stopRecording}
            onClick={() => void stopRecording(app)}
          >
            <StopIcon />
            {t.stop}
          </button>
        </>
      )}
    </section>
  )
}
