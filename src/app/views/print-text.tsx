import { useEffect, useState } from 'preact/hooks'

/** The text of the note on paper, where it is not shown as a page: a field would be cut off at the end of a sheet. */
export const PrintText = ({ text }: { readonly text: string }) => {
  const [isPrinting, setPrinting] = useState(false)
  useEffect(() => {
    const begin = () => setPrinting(true)
    const end = () => setPrinting(false)
    addEventListener('beforeprint', begin)
    addEventListener('afterprint', end)
    return () => {
      removeEventListener('beforeprint', begin)
      removeEventListener('afterprint', end)
    }
  }, [])
  return isPrinting ? <p class="print-text">{text}</p> : null
}
