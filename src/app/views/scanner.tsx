import { useSignal } from '@preact/signals'
import { useEffect, useRef } from 'preact/hooks'
import { readQr } from '../state/read-qr.ts'
import { t } from '../ui/language.ts'

/** Between two pictures of the camera, in milliseconds. */
const every = 200

type Props = { onRead(code: string): void; onClose(): void }

const look = async (video: HTMLVideoElement): Promise<string | undefined> =>
  video.videoWidth === 0 ? undefined : readQr({ source: video, width: video.videoWidth, height: video.videoHeight })

/** Shows the camera until it has seen a QR code. The camera is off as soon as this is gone. */
export const Scanner = ({ onRead, onClose }: Props) => {
  const video = useRef<HTMLVideoElement>(null)
  const refused = useSignal(false)
  useEffect(() => {
    let gone = false
    let stream: MediaStream | undefined
    let timer: ReturnType<typeof setTimeout> | undefined
    const again = async (): Promise<void> => {
      const code = video.current === null ? undefined : await look(video.current)
      if (gone) return
      if (code === undefined) timer = setTimeout(() => void again(), every)
      else onRead(code)
    }
    const stop = () => {
      for (const track of stream?.getTracks() ?? []) track.stop()
    }
    navigator.mediaDevices.getUserMedia({ video: { facingMode: 'environment' } }).then(
      async (given) => {
        stream = given
        if (gone || video.current === null) return stop()
        video.current.srcObject = given
        await video.current.play().catch(() => undefined)
        void again()
      },
      () => {
        refused.value = true
      },
    )
    return () => {
      gone = true
      clearTimeout(timer)
      stop()
    }
  }, [])
  return (
    <>
      <div role="status">
        <p>{refused.value ? t.joinNoCamera : t.joinScanHow}</p>
      </div>
      {!refused.value && <video class="scanner" ref={video} muted playsInline aria-label={t.joinCamera} />}
      <div class="buttons">
        <button type="button" onClick={onClose}>
          {t.joinTypeWords}
        </button>
      </div>
    </>
  )
}
