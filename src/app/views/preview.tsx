import { useEffect, useRef, useState } from 'preact/hooks'
import type { AttachmentsStore } from '../../data/attachments-store.ts'
import { isPicture } from '../../notebook/attachment.ts'
import { useApp } from '../state/context.ts'
import { t } from '../ui/language.ts'

/** More than this is not made into a page while one types, in characters. */
const MOST = 400_000
/** How long after a key, in milliseconds. */
const AFTER = 120

/** Puts the pictures of the note where the text names them; the way to let go of them comes back. */
const fillPictures = (root: HTMLElement, attachments: AttachmentsStore): (() => void) => {
  const made: string[] = []
  let over = false
  for (const image of root.querySelectorAll<HTMLImageElement>('img[data-attachment]')) {
    attachments.read(image.dataset.attachment ?? '').then(
      (blob) => {
        if (over || !isPicture(blob.type)) return
        const address = URL.createObjectURL(blob)
        made.push(address)
        image.src = address
      },
      () => undefined,
    )
  }
  return () => {
    over = true
    for (const address of made) URL.revokeObjectURL(address)
  }
}

/** The open note as a page, a moment behind the keys. */
export const Preview = () => {
  const { notebook, attachments } = useApp()
  const { body } = notebook.open.value
  const place = useRef<HTMLDivElement>(null)
  const [shown, setShown] = useState(body)
  useEffect(() => {
    const timer = setTimeout(() => setShown(body), AFTER)
    return () => clearTimeout(timer)
  }, [body])
  useEffect(() => {
    const root = place.current
    if (root === null || shown.length > MOST) return
    let over = false
    let letGo = (): void => undefined
    void import('../markdown/render.ts').then(({ renderMarkdown }) => {
      if (over) return
      root.replaceChildren(renderMarkdown(shown))
      letGo = fillPictures(root, attachments)
    })
    return () => {
      over = true
      letGo()
    }
  }, [shown, attachments])
  return (
    <section class="preview" aria-label={t.preview}>
      {shown.length > MOST ? <p class="muted">{t.previewTooLong}</p> : <div ref={place} class="prose" />}
    </section>
  )
}
