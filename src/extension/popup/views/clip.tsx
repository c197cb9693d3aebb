import { t } from '../../../app/ui/language.ts'
import { fill, type WordKey } from '../../../app/ui/words.ts'
import type { Refusal } from '../../clip/kinds.ts'
import type { ClipReply } from '../../clip/messages.ts'
import { type PopupKind, popupKinds } from '../state/clipping.ts'
import type { Popup } from '../state/popup.ts'

type Props = { readonly popup: Popup }

const kindNames: Readonly<Record<PopupKind, WordKey>> = {
  auto: 'clipKindAuto',
  page: 'clipKindPage',
  link: 'clipKindLink',
  screenshot: 'clipKindScreenshot',
}

const refusalTexts: Readonly<Record<Refusal, WordKey>> = {
  restricted: 'clipRestricted',
  empty: 'clipEmpty',
  selection: 'clipNoSelection',
  slow: 'clipSlow',
  gone: 'clipGone',
  interrupted: 'clipInterrupted',
  STORAGE_NEWER: 'storageNewer',
  STORAGE_FULL: 'clipNoRoom',
  STORAGE_CLOSED: 'clipNotStored',
  STORAGE_BLOCKED: 'clipNotStored',
  STORAGE_FAILED: 'clipNotStored',
}

/** Refusals after which the address is still worth keeping. */
const linkable: readonly Refusal[] = ['restricted', 'empty', 'slow']

const Refused = ({ popup, refusal, canLink }: Props & { readonly refusal: Refusal; readonly canLink: boolean }) => (
  <div class="trouble" role="alert">
    <p>{t[refusal === 'restricted' && !canLink ? 'clipRestrictedUnknown' : refusalTexts[refusal]]}</p>
    {canLink && linkable.includes(refusal) && (
      <button type="button" class="small" onClick={() => void popup.clipping.saveLink()}>
        {t.clipSaveLink}
      </button>
    )}
  </div>
)

const Outcome = ({ popup, reply }: Props & { readonly reply: ClipReply }) => {
  if (!reply.ok) return <Refused popup={popup} refusal={reply.refusal} canLink={reply.canLink} />
  return (
    <div class="clipped" role="status">
      <p class="grow">
        {fill(t.clipped, { title: reply.title })}
        {reply.cut && <small>{t.clipCut}</small>}
        {reply.linked && <small>{t.clipLinked}</small>}
      </p>
      <button type="button" class="quiet small" onClick={() => void popup.openNotebook(reply.id)}>
        {t.clipOpen}
      </button>
    </div>
  )
}

const Kind = ({ popup }: Props) => {
  const { choice, choose } = popup.clipping
  const { kind, pictures } = choice.value
  return (
    <div class="clip-choice">
      <select
        aria-label={t.clipWhat}
        value={kind}
        onChange={(event) => choose({ kind: popupKinds.find((one) => one === event.currentTarget.value) ?? 'auto' })}
      >
        {popupKinds.map((one) => (
          <option key={one} value={one} selected={one === kind}>
            {t[kindNames[one]]}
          </option>
        ))}
      </select>
      {(kind === 'auto' || kind === 'page') && (
        <label class="clip-pictures">
          <input
            type="checkbox"
            checked={pictures}
            onChange={(event) => choose({ pictures: event.currentTarget.checked })}
          />
          {t.clipPictures}
        </label>
      )}
    </div>
  )
}

/** Makes a note of the page behind the popup. */
export const Clip = ({ popup }: Props) => {
  const { busy, outcome, clip } = popup.clipping
  const reply = outcome.value
  return (
    <section class="clip" aria-label={t.clipPage}>
      <button type="button" class="primary" aria-disabled={busy.value} onClick={() => void clip()}>
        {busy.value ? t.clipping : t.clipPage}
      </button>
      <Kind popup={popup} />
      {reply !== undefined && <Outcome popup={popup} reply={reply} />}
    </section>
  )
}
