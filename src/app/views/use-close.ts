import type { DialogName } from '../state/app.ts'
import { useApp } from '../state/context.ts'

/** Closes the dialog of these names, and no other one that has taken its place meanwhile. */
export const useClose = (...names: readonly DialogName[]): (() => void) => {
  const { dialog } = useApp()
  return () => {
    const now = dialog.peek()
    if (now !== undefined && names.includes(now)) dialog.value = undefined
  }
}
