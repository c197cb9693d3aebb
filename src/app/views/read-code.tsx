import { useRef } from 'preact/hooks'
import { readQrOfFile } from '../state/read-qr.ts'
import { t } from '../ui/language.ts'

type Props = {
  readonly disabled?: boolean
  onScan(): void
  /** What a picture has in it; undefined where no code was found. */
  onRead(code: string | undefined): void
}

/** Two ways to a QR code beside typing: the camera, where there is one, and a picture. */
export const ReadCode = ({ disabled = false, onScan, onRead }: Props) => {
  const picker = useRef<HTMLInputElement>(null)
  const pick = async (input: HTMLInputElement) => {
    const [file] = input.files ?? []
    if (file === undefined) return
    const code = await readQrOfFile(file)
    input.value = ''
    onRead(code)
  }
  return (
    <>
      <input
        ref={picker}
        type="file"
        accept="image/*"
        hidden
        aria-label={t.joinPicture}
        onChange={(event) => void pick(event.currentTarget)}
      />
      {'mediaDevices' in navigator && (
        <button type="button" disabled={disabled} onClick={onScan}>
          {t.joinScan}
        </button>
      )}
      <button type="button" disabled={disabled} onClick={() => picker.current?.click()}>
        {t.joinPicture}
      </button>
    </>
  )
}
