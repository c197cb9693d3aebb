import { useSignal } from '@preact/signals'
import { t } from './language.ts'

type Props = { readonly label: string; text(): string }

const SHOWN_FOR = 2000

/** Copies a text, and says on itself whether that worked. */
export const CopyButton = ({ label, text }: Props) => {
  const said = useSignal<string | undefined>(undefined)
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(text())
      said.value = t.copied
    } catch {
      said.value = t.copyFailed
    }
    setTimeout(() => {
      said.value = undefined
    }, SHOWN_FOR)
  }
  return (
    <button type="button" class="small" aria-live="polite" onClick={() => void copy()}>
      {said.value ?? label}
    </button>
  )
}
