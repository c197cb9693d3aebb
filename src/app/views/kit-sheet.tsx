import { useApp } from '../state/context.ts'
import { kitPage } from '../state/recovery-kit.ts'
import { save } from '../state/save.ts'
import { fullTime } from '../ui/format.ts'
import { language, locale, t } from '../ui/language.ts'
import { QrCode } from '../ui/qr-code.tsx'

type Props = { readonly words: string; kept(): void; close(): void }

/** The words on a sheet, which is also what is printed, and the ways to keep them. */
export const KitSheet = ({ words, kept, close }: Props) => {
  const { custody } = useApp()
  const session = custody.state.value
  const account = session?.status === 'signed-in' ? (session.account.email ?? session.account.name ?? '') : ''
  const made = fullTime(locale, Date.now())
  const place = location.protocol.startsWith('http') ? location.origin : ''
  const download = () => {
    const page = kitPage({ words, account, place, made, language })
    save(new Blob([page], { type: 'text/html' }), 'holdfast-recovery-kit.html')
  }
  return (
    <>
      <p>{t.kitHow}</p>
      <div class="kit-sheet">
        <p class="print-only">{t.kitKeep}</p>
        <ol class="kit-words" aria-label={t.kitWords}>
          {words.split(' ').map((word, index) => (
            <li key={index}>{word}</li>
          ))}
        </ol>
        <QrCode text={words} label={t.kitQr} />
        <p class="print-only">{t.kitUse}</p>
        <p class="print-only">{[account, place, made].filter((part) => part !== '').join(' · ')}</p>
      </div>
      <div class="buttons">
        <button type="button" onClick={download}>
          {t.kitDownload}
        </button>
        <button type="button" onClick={() => print()}>
          {t.print}
        </button>
        <button type="button" class="primary" onClick={kept}>
          {t.kitHaveIt}
        </button>
        <button type="button" class="quiet" onClick={close}>
          {t.kitLater}
        </button>
      </div>
    </>
  )
}
