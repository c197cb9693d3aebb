import { useEffect, useState } from 'preact/hooks'
import type { Attachment } from '../../notebook/attachment.ts'
import { useApp } from '../state/context.ts'
import { t } from '../ui/language.ts'

/** What a browser shows as a picture and never runs. */
const shown = /^image\/(png|jpeg|gif|webp|avif)$/

const Picture = ({ file }: { readonly file: Attachment }) => {
  const [address, setAddress] = useState<string>()
  useEffect(() => {
    const made = URL.createObjectURL(new Blob([file.bytes], { type: file.type }))
    setAddress(made)
    return () => URL.revokeObjectURL(made)
  }, [file])
  return <li>{address !== undefined && <img src={address} alt={file.name} />}</li>
}

/** The pictures of the open note, under its text. */
export const Pictures = () => {
  const { notebook, attachments } = useApp()
  const { id } = notebook.open.value
  const [files, setFiles] = useState<readonly Attachment[]>([])
  useEffect(() => attachments.watch(id, setFiles), [id, attachments])
  const pictures = files.filter(({ type }) => shown.test(type))
  if (pictures.length === 0) return null
  return (
    <ul class="pictures" aria-label={t.pictures}>
      {pictures.map((file) => (
        <Picture key={file.id} file={file} />
      ))}
    </ul>
  )
}
